"""Jobs: list, create, change, delete, pause, resume, detach, explain."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from jobs import services
from jobs.api.base import ApiView, asks
from jobs.api.bodies import NewJob, PartOfJob, WholeJob
from jobs.api.drafts import draft_of
from jobs.api.overview import overviews
from jobs.api.pages import NamedQuery, page
from jobs.api.permissions import needs, refuses
from jobs.api.reading import Moment, StrictSerializer, together
from jobs.api.shapes import (
    ExplanationShape,
    JobShape,
    SavedJobShape,
    page_of,
)
from jobs.models import Job
from plugins import jobfile


def shown(job: Job, whole: bool = True) -> dict[str, Any]:
    return dict(JobShape(overviews([job], whole)[0]).data)


def saved(job: Job, warnings: list[str]) -> dict[str, Any]:
    """The job as GET shows it; with `warnings`, if there are any: what was accepted, but may not be meant."""
    return {**shown(job), "warnings": warnings} if warnings else shown(job)


class Jobs(ApiView):
    @extend_schema(operation_id="listJobs", responses=page_of(JobShape))
    @needs("jobs.view_job")
    @asks(NamedQuery)
    def get(self, request: Request) -> Response:
        """All jobs by name, with schedules, last run and active runs."""
        rows = Job.objects.present().select_related("revision")
        prepare = partial(overviews, whole=self.may("jobs.change_job"))
        return page(request, rows, self.asked, key="name_key", shape=JobShape, prepare=prepare)

    @extend_schema(operation_id="createJob", request=NewJob, responses={201: SavedJobShape})
    @needs("jobs.add_job")
    @refuses({409: "a job of this name exists"})
    def post(self, request: Request) -> Response:
        """Make a job of a job file, given as JSON or as TOML."""
        given = self.given(NewJob)
        name, draft = together(lambda: jobfile.check_name(given["name"]), lambda: draft_of(given))
        job = services.save_job(
            name=name,
            draft=draft,
            source="api",
            author=self.caller,
            enabled=given.get("enabled"),
        )
        return Response(saved(job, draft.warnings), status=status.HTTP_201_CREATED)


class DeleteQuery(StrictSerializer):
    cancel = serializers.BooleanField(default=False)
    examples: ClassVar[dict[str, str]] = {"cancel": "true"}


class OneJob(ApiView):
    for_one_job = True

    @extend_schema(operation_id="getJob", responses=JobShape)
    @needs("jobs.view_job")
    def get(self, request: Request, name: str) -> Response:
        """One job, with its text, schedules, last run and active runs."""
        return Response(shown(self.job(name), self.may("jobs.change_job")))

    @extend_schema(operation_id="replaceJob", request=WholeJob, responses=SavedJobShape)
    @needs("jobs.change_job")
    @refuses({409: "another job has this name, or this one comes from a file"})
    def put(self, request: Request, name: str) -> Response:
        """Give the job another text; `name` renames it, `enabled` pauses or resumes it."""
        job = self.job(name)
        return Response(saved(*self._changed(job, self.given(WholeJob))))

    @extend_schema(operation_id="changeJob", request=PartOfJob, responses=SavedJobShape)
    @needs("jobs.change_job")
    @refuses({409: "another job has this name, or this one comes from a file"})
    def patch(self, request: Request, name: str) -> Response:
        """Change text, name or pause alone; what is not named stays."""
        job = self.job(name)
        return Response(saved(*self._changed(job, self.given(PartOfJob))))

    @extend_schema(operation_id="deleteJob", responses={204: None})
    @needs("jobs.delete_job")
    @refuses({409: "the job comes from a file"})
    @asks(DeleteQuery)
    def delete(self, request: Request, name: str) -> Response:
        """Delete a job. Queued runs are cancelled; active ones finish, unless `cancel` stops them. Its history stays."""
        job = self.job(name)
        services.delete_job(job=job, cancel=self.asked["cancel"])
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _changed(self, job: Job, given: dict[str, Any]) -> tuple[Job, list[str]]:
        """Text, name and pause together, or none of them. With the warnings of the text."""
        warnings: list[str] = []
        with transaction.atomic():
            if given.keys() - {"enabled"}:
                job, warnings = self._saved(job, given)
            if "enabled" in given and given["enabled"] != job.enabled:
                turn = services.resume_job if given["enabled"] else services.pause_job
                turn(job=job)
        return job, warnings

    def _saved(self, job: Job, given: dict[str, Any]) -> tuple[Job, list[str]]:
        text = given if "config" in given or "toml" in given else {"toml": job.toml}
        name, draft = together(
            lambda: jobfile.check_name(given.get("name", job.name)), lambda: draft_of(text)
        )
        job = services.save_job(name=name, draft=draft, source="api", job=job, author=self.caller)
        return job, draft.warnings


class Pause(ApiView):
    for_one_job = True

    @extend_schema(operation_id="pauseJob", request=None, responses=JobShape)
    @needs("jobs.pause_job")
    def post(self, request: Request, name: str) -> Response:
        """No schedule of the job fires until it is resumed; it can still be triggered."""
        self.given()
        job = self.job(name)
        services.pause_job(job=job)
        return Response(shown(job, self.may("jobs.change_job")))


class Resume(ApiView):
    for_one_job = True

    @extend_schema(operation_id="resumeJob", request=None, responses=JobShape)
    @needs("jobs.pause_job")
    def post(self, request: Request, name: str) -> Response:
        """Schedules fire again; one row tells how much passed meanwhile."""
        self.given()
        job = self.job(name)
        services.resume_job(job=job)
        return Response(shown(job, self.may("jobs.change_job")))


class Detach(ApiView):
    for_one_job = True

    @extend_schema(operation_id="detachJob", request=None, responses=JobShape)
    @needs("jobs.change_job")
    @refuses({409: "the job does not come from a file"})
    def post(self, request: Request, name: str) -> Response:
        """A job that comes from a file is changed here from now on; its file is left unread."""
        self.given()
        job = self.job(name)
        services.detach_job(job=job)
        return Response(shown(job, self.may("jobs.change_job")))


class ExplainQuery(StrictSerializer):
    at = Moment(required=False)
    examples: ClassVar[dict[str, str]] = {"at": "2026-03-01T04:30:00Z"}


class Explain(ApiView):
    for_one_job = True

    @extend_schema(operation_id="explainJob", responses=ExplanationShape)
    @needs("jobs.view_job")
    @asks(ExplainQuery)
    def get(self, request: Request, name: str) -> Response:
        """Whether it runs at a moment (the next one), or ran, and why not; and the order of its hooks. Nothing is run."""
        job = self.job(name)
        told = vars(services.why(job=job, at=self.asked.get("at")))
        return Response(ExplanationShape({**services.explain_job(job), **told}).data)
