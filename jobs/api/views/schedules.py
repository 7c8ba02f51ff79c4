"""Schedules: list, and what a schedule would do before it is saved. They are edited through the job's text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from jobs import services
from jobs.api.base import ApiView, asks
from jobs.api.bodies import PreviewOptions
from jobs.api.pages import NumberedQuery, page
from jobs.api.permissions import needs
from jobs.api.reading import StrictSerializer, read, together
from jobs.api.shapes import NextOfJobShape, NextShape, PreviewShape, ScheduleOfJobShape, page_of
from jobs.models import Schedule
from plugins.exceptions import BadInput, Problem

OPTIONS = ("from", "count")
TABLE = {
    "type": "object",
    "properties": {
        "from": {"type": "string", "format": "date-time"},
        "count": {"type": "integer", "minimum": 1, "maximum": 50, "default": 10},
    },
    "additionalProperties": True,
    "example": {"trigger": "cron", "hour": 4, "minute": 30, "count": 3},
}


class Schedules(ApiView):
    @extend_schema(operation_id="listSchedules", responses=page_of(ScheduleOfJobShape))
    @needs("jobs.view_job")
    @asks(NumberedQuery)
    def get(self, request: Request) -> Response:
        """The schedules of all jobs. They are changed through the text of their job."""
        rows = Schedule.objects.present().select_related("job")
        return page(request, rows, self.asked, key="id", shape=ScheduleOfJobShape)


class NextQuery(StrictSerializer):
    count = serializers.IntegerField(min_value=1, max_value=200, default=20)
    examples: ClassVar[dict[str, str]] = {"count": "20"}


class Next(ApiView):
    @extend_schema(operation_id="listNextMoments", responses=NextShape)
    @needs("jobs.view_job")
    @asks(NextQuery)
    def get(self, request: Request) -> Response:
        """The next due moments of all jobs, and which of their runs would meet within 24 hours."""
        quiet = services.quiet_now()
        told = {
            "results": services.upcoming(count=self.asked["count"]),
            "collisions": services.collisions(),
            "quiet_until": quiet.until if quiet else None,
        }
        return Response(NextShape(told).data)


class NextOfJob(ApiView):
    for_one_job = True

    @extend_schema(operation_id="listNextMomentsOfJob", responses=NextOfJobShape)
    @needs("jobs.view_job")
    @asks(NextQuery)
    def get(self, request: Request, name: str) -> Response:
        """The next due moments of one job; none while it is paused."""
        found = services.upcoming(count=self.asked["count"], job=self.job(name))
        return Response(NextOfJobShape({"results": found}).data)


class Pause(ApiView):
    turn: ClassVar[Callable[..., None]] = staticmethod(services.pause_schedule)

    @extend_schema(operation_id="pauseSchedule", request=None, responses=ScheduleOfJobShape)
    @needs("jobs.pause_job")
    def post(self, request: Request, schedule_id: int) -> Response:
        """This schedule does not fire until it is resumed."""
        self.given()
        schedule = services.find_schedule(schedule_id)
        type(self).turn(schedule=schedule)
        return Response(ScheduleOfJobShape(schedule).data)


class Resume(Pause):
    turn = staticmethod(services.resume_schedule)

    @extend_schema(operation_id="resumeSchedule", request=None, responses=ScheduleOfJobShape)
    @needs("jobs.pause_job")
    def post(self, request: Request, schedule_id: int) -> Response:
        """It fires again; one row tells how much passed meanwhile."""
        return super().post(request, schedule_id)


class Preview(ApiView):
    @extend_schema(
        operation_id="previewSchedule", request={"application/json": TABLE}, responses=PreviewShape
    )
    @needs("jobs.view_job")
    def post(self, request: Request) -> Response:
        """A schedule in words, with its next moments, before it is saved anywhere."""
        table = self._table()
        asked = {name: table.pop(name) for name in OPTIONS if name in table}
        options, _ = together(
            lambda: read(PreviewOptions, asked), lambda: services.preview_schedule(table, count=1)
        )
        preview = services.preview_schedule(table, start=options.get("from"), count=options["count"])
        return Response(PreviewShape(preview).data)

    def _table(self) -> dict[str, Any]:
        if not isinstance(self.request.data, dict):
            raise BadInput(
                Problem("", "type", "the body must be a schedule table", '{"trigger": "cron", "hour": 4}')
            )
        return dict(self.request.data)
