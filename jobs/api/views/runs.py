"""Runs: list, one, trigger, cancel, retry, events and log."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from jobs import services
from jobs.api.base import ApiView, asks
from jobs.api.bodies import FileRun, Trigger
from jobs.api.drafts import draft_of
from jobs.api.pages import NumberedQuery, next_url, page
from jobs.api.permissions import needs, refuses
from jobs.api.reading import StrictSerializer, together
from jobs.api.receipts import DetachedListShape, SamplesShape
from jobs.api.runquery import RunQuery, wanted
from jobs.api.shapes import EventShape, RunDetailShape, RunShape, page_of
from jobs.api.waiting import wait_until
from jobs.models import ENDED, Run, Source
from plugins import jobfile
from plugins.exceptions import BadInput, Problem

LONGEST_KEY, LONGEST_WAIT = 200, 300


def shown(run: Run) -> dict[str, Any]:
    return dict(RunDetailShape(run).data)


class Runs(ApiView):
    for_one_job = True

    @extend_schema(operation_id="listRuns", responses=page_of(RunShape))
    @needs("jobs.view_run")
    @refuses({404: "the token is for another job"})
    @asks(RunQuery)
    def get(self, request: Request) -> Response:
        """Runs, newest first. Filters are joined by "and"."""
        if self.only_job and "job" in self.asked:
            self.job(self.asked["job"])
        found = services.find_runs(
            wanted(self.asked, self.only_job),
            rows=Run.objects.lean().select_related("job"),
            before=self.asked.get("cursor"),
            limit=self.asked["limit"],
        )
        following = next_url(request, found.older) if found.older is not None else None
        return Response({"results": RunShape(found.runs, many=True).data, "next": following})

    @extend_schema(operation_id="runFile", request=FileRun, responses={202: RunDetailShape})
    @needs("jobs.add_job")
    def post(self, request: Request) -> Response:
        """Run a job file once, without saving it as a job. It may run anything, so it takes who may write jobs."""
        if self.only_job:
            raise PermissionDenied("this token is for one job: trigger that")
        given = self.given(FileRun)
        name, draft = together(lambda: jobfile.check_name(given["name"]), lambda: draft_of(given))
        run = services.queue_file_run(
            name=name,
            draft=draft,
            params=given["params"],
            source=Source.API,
            by=self.caller,
            as_texts=False,
        )
        return Response(shown(run), status=status.HTTP_202_ACCEPTED)


class OneRun(ApiView):
    for_one_job = True

    @extend_schema(operation_id="getRun", responses=RunDetailShape)
    @needs("jobs.view_run")
    def get(self, request: Request, run_id: int) -> Response:
        """One run, with its receipt once it is over."""
        return Response(shown(self.run(run_id)))

    @extend_schema(operation_id="deleteRun", responses={204: None})
    @needs("jobs.delete_run")
    @refuses({409: "the run is not over, or a program that it left behind is alive"})
    def delete(self, request: Request, run_id: int) -> Response:
        """Forget a run that is over, with its log."""
        services.delete_run(run=self.run(run_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class TriggerQuery(StrictSerializer):
    wait = serializers.FloatField(
        min_value=0, max_value=LONGEST_WAIT, default=0, help_text="seconds, at most"
    )
    examples: ClassVar[dict[str, str]] = {"wait": "30"}


class TriggerJob(ApiView):
    for_one_job = True

    @extend_schema(
        operation_id="triggerJob",
        request=Trigger,
        responses={202: RunDetailShape, 200: RunDetailShape},
        parameters=[
            OpenApiParameter(
                "Idempotency-Key",
                {"type": "string", "maxLength": LONGEST_KEY, "pattern": "^[!-~]([ -~]*[!-~])?$"},
                OpenApiParameter.HEADER,
                description="the same key within a day: the same run",
                examples=[OpenApiExample("key", "b7c1f0-2026-03-01")],
            ),
            OpenApiParameter(
                "Idempotent-Replayed",
                str,
                OpenApiParameter.HEADER,
                response=[200, 202],
                required=False,
                enum=["true"],
                description="the run is that of an earlier request with this key",
            ),
        ],
    )
    @needs("jobs.add_run")
    @refuses({409: "the Idempotency-Key was used with other params"})
    @asks(TriggerQuery)
    def post(self, request: Request, name: str) -> Response:
        """Queue a run of the job. With `wait` the answer comes when the run is over (200), or after so many seconds (202)."""
        job = self.job(name)
        wanted: Any = {
            "job": job,
            "source": Source.API,
            "params": self.given(Trigger)["params"],
            "by": self.caller,
        }
        if key := idempotency_key(request):
            run, replayed = services.trigger_once(**wanted, key=key)
        else:
            run, replayed = services.trigger_job(**wanted), False
        if self.asked["wait"]:
            run = waited_for(run, self.asked["wait"])
        over = bool(self.asked["wait"]) and run.is_over
        return Response(
            shown(run),
            status=status.HTTP_200_OK if over else status.HTTP_202_ACCEPTED,
            headers={"Idempotent-Replayed": "true"} if replayed else {},
        )


def idempotency_key(request: Request) -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is not None and not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        raise BadInput(
            Problem(
                "Idempotency-Key",
                "form",
                f"is 1 to {LONGEST_KEY} printable ASCII characters",
                "b7c1f0-2026-03-01",
            )
        )
    return key


def waited_for(run: Run, seconds: float) -> Run:
    """The run once it is over, or as it is after that many seconds."""
    wait_until(Run.objects.filter(pk=run.pk, status__in=ENDED).exists, seconds)
    return services.find_run(run.pk)


class CancelRun(ApiView):
    for_one_job = True

    @extend_schema(operation_id="cancelRun", request=None, responses={202: RunDetailShape})
    @needs("jobs.change_run")
    @refuses({409: "the run is over"})
    def post(self, request: Request, run_id: int) -> Response:
        """Stop a run at whatever stage it is; its clean-up still runs."""
        self.given()
        reason = f"cancelled by {self.caller.get_username()}"
        run = services.cancel_run(run=self.run(run_id), reason=reason)
        return Response(shown(run), status=status.HTTP_202_ACCEPTED)


class RetryRun(ApiView):
    for_one_job = True

    @extend_schema(operation_id="retryRun", request=None, responses={202: RunDetailShape})
    @needs("jobs.add_run")
    @refuses({409: "the run is not over, or its job is deleted"})
    def post(self, request: Request, run_id: int) -> Response:
        """A new run with the same params and the same text of the job."""
        self.given()
        run = services.retry_run(run=self.run(run_id), by=self.caller)
        return Response(shown(run), status=status.HTTP_202_ACCEPTED)


class Events(ApiView):
    for_one_job = True

    @extend_schema(operation_id="listEvents", responses=page_of(EventShape))
    @needs("jobs.view_run")
    @asks(NumberedQuery)
    def get(self, request: Request, run_id: int) -> Response:
        """What happened in a run: each hook with its duration, each launch, each end."""
        rows = self.run(run_id).events.all()
        return page(request, rows, self.asked, key="id", shape=EventShape)


class Detached(ApiView):
    for_one_job = True

    @extend_schema(operation_id="listDetached", responses=DetachedListShape)
    @needs("jobs.view_run")
    def get(self, request: Request, run_id: int) -> Response:
        """The programs that a run left behind on purpose."""
        found = services.detached_programs(self.run(run_id))
        return Response(DetachedListShape({"results": found}).data)


class StopDetached(ApiView):
    for_one_job = True

    @extend_schema(operation_id="stopDetached", request=None, responses={202: DetachedListShape})
    @needs("jobs.change_run")
    @refuses({409: "the program is gone already"})
    def post(self, request: Request, run_id: int, number: int) -> Response:
        """Stop one of them, with all that it has started."""
        self.given()
        reason = f"stopped by {self.caller.get_username()}"
        found = services.stop_detached_program(run=self.run(run_id), number=number, reason=reason)
        return Response(DetachedListShape({"results": found}).data, status=status.HTTP_202_ACCEPTED)


class Samples(ApiView):
    for_one_job = True

    @extend_schema(operation_id="readSamples", responses=SamplesShape)
    @needs("jobs.view_run")
    def get(self, request: Request, run_id: int) -> Response:
        """What the programs of a run used, once a second."""
        return Response(SamplesShape(services.samples_of(self.run(run_id))).data)
