"""The log of a run, from an offset on; if asked, only once there is more."""

from __future__ import annotations

from typing import ClassVar

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request

from jobs import services
from jobs.api.base import ApiView, asks
from jobs.api.permissions import needs
from jobs.api.reading import LARGEST_ID, StrictSerializer
from jobs.api.waiting import wait_until
from jobs.models import Run

LONGEST_FOLLOW = 60


class LogQuery(StrictSerializer):
    offset = serializers.IntegerField(
        min_value=0, max_value=LARGEST_ID, default=0, help_text="bytes of output"
    )
    attempt = serializers.IntegerField(
        min_value=1, max_value=LARGEST_ID, required=False, help_text="the current one by default"
    )
    ansi = serializers.BooleanField(
        default=False, help_text="leave colours in the text, and no other escapes"
    )
    follow = serializers.FloatField(
        min_value=0, max_value=LONGEST_FOLLOW, default=0, help_text="seconds to wait for more than there is"
    )
    examples: ClassVar[dict[str, str]] = {"offset": "0", "attempt": "1", "ansi": "true", "follow": "20"}


class PlainTextRenderer(BaseRenderer):
    """Lets a client ask for text/plain; the view writes the text itself."""

    media_type = "text/plain"
    format = "txt"


class Log(ApiView):
    for_one_job = True
    renderer_classes = (PlainTextRenderer, JSONRenderer)

    @extend_schema(
        operation_id="readLog",
        responses={(200, "text/plain"): OpenApiTypes.STR},
        parameters=[
            OpenApiParameter("X-Next-Offset", int, OpenApiParameter.HEADER, response=[200]),
            OpenApiParameter("X-Log-Attempt", int, OpenApiParameter.HEADER, response=[200]),
            OpenApiParameter(
                "X-Log-Complete", str, OpenApiParameter.HEADER, response=[200], enum=["true", "false"]
            ),
        ],
    )
    @needs("jobs.view_run")
    @asks(LogQuery)
    def get(self, request: Request, run_id: int) -> HttpResponse:
        """The output from an offset on. Ask again from X-Next-Offset until X-Log-Complete says true."""
        run = self.run(run_id)
        attempt = self.asked.get("attempt") or run.attempt
        before = services.log_state(run, attempt)
        chunk = self._chunk(run)
        if self.asked["follow"] and not (chunk.text or chunk.complete):
            wait_until(lambda: services.log_state(self.run(run_id), attempt) != before, self.asked["follow"])
            chunk = self._chunk(self.run(run_id))
        return HttpResponse(
            chunk.text,
            content_type="text/plain; charset=utf-8",
            headers={
                "X-Next-Offset": str(chunk.next_offset),
                "X-Log-Attempt": str(chunk.attempt),
                "X-Log-Complete": "true" if chunk.complete else "false",
                "X-Content-Type-Options": "nosniff",
            },
        )

    def _chunk(self, run: Run) -> services.LogChunk:
        return services.run_log(
            run,
            offset=self.asked["offset"],
            attempt=self.asked.get("attempt"),
            colours=self.asked["ansi"],
        )
