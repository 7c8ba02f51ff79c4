"""Is MXX working? Anybody may ask; only who is known hears more than yes or no."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import DatabaseError
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from jobs import services
from jobs.api.base import ApiView
from jobs.api.shapes import HealthShape


class Health(ApiView):
    permission_classes = (AllowAny,)

    @extend_schema(operation_id="getHealth", responses={200: HealthShape, 503: HealthShape})
    def get(self, request: Request) -> Response:
        answer = _answer()
        code = 200 if answer["status"] == "ok" else 503
        known = bool(request.user and request.user.is_authenticated)
        return Response(answer if known else {"status": answer["status"]}, status=code)


def _answer() -> dict[str, Any]:
    version = settings.SPECTACULAR_SETTINGS["VERSION"]
    try:
        health = services.health()
    except DatabaseError as error:
        return {"status": "down", "problem": f"the database does not answer: {error}", "version": version}
    return dict(
        HealthShape(
            {
                "status": "ok" if health.ok else "down",
                "problem": health.problem,
                "scheduler_beat_at": health.scheduler_beat_at,
                "running": health.running,
                "queued": health.queued,
                "slots": health.slots,
                "disk": health.disk,
                "custody": services.custody_here(),
                "version": version,
            }
        ).data
    )
