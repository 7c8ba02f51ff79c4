"""Quiet: no schedule starts a run until a moment comes."""

from __future__ import annotations

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from jobs import services
from jobs.api.base import ApiView
from jobs.api.permissions import needs, token_of
from jobs.api.reading import Moment, StrictSerializer
from jobs.api.shapes import QuietShape


class Until(StrictSerializer):
    until = Moment()
    examples: ClassVar[dict[str, str]] = {"until": '"2026-12-24T18:00:00Z"'}


NOT_QUIET = {"since": None, "until": None, "why": ""}


class Quiet(ApiView):
    @extend_schema(operation_id="getQuiet", responses=QuietShape)
    @needs("jobs.view_job")
    def get(self, request: Request) -> Response:
        """Whether it is quiet, and until when."""
        return Response(QuietShape(services.quiet_now() or NOT_QUIET).data)

    @extend_schema(operation_id="beginQuiet", request=Until, responses=QuietShape)
    @needs("jobs.pause_job")
    def post(self, request: Request) -> Response:
        """No schedule starts a run until this moment."""
        quiet = services.begin_quiet(until=self.given(Until)["until"], by=self.caller)
        return Response(QuietShape(quiet).data)

    @extend_schema(operation_id="endQuiet", responses={204: None})
    @needs("jobs.pause_job")
    def delete(self, request: Request) -> Response:
        """Schedules start runs again from now on."""
        services.end_quiet(by=self.caller, token=token_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)
