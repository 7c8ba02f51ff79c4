"""Is MXX working? Anybody may ask; only who is known hears more than yes or no."""

from __future__ import annotations

import platform
from typing import Any

import django
from django.conf import settings
from django.db import DatabaseError, connection
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from jobs import services
from jobs.api.base import ApiView
from jobs.api.permissions import token_of
from jobs.api.shapes import HealthShape


class Health(ApiView):
    permission_classes = (AllowAny,)

    @extend_schema(operation_id="getHealth", responses={200: HealthShape, 503: HealthShape})
    def get(self, request: Request) -> Response:
        """503 while nothing would be planned. Whoever may see all jobs hears why, and how it is."""
        answer = _answer()
        code = 200 if answer["status"] == "ok" else 503
        known = services.may(request.user, "jobs.view_job", token_of(request)) and not self.only_job
        return Response(answer if known else {"status": answer["status"]}, status=code)


def _answer() -> dict[str, Any]:
    version = settings.SPECTACULAR_SETTINGS["VERSION"]
    try:
        health, disk = services.health(), services.disk_of_home()
        beats = services.heartbeats()
        versions = {
            "python": platform.python_version(),
            "django": django.__version__,
            "database": _database(),
        }
    except DatabaseError as error:
        return {"status": "down", "problem": f"the database does not answer: {error}", "version": version}
    told = {
        **vars(health),
        "status": "ok" if health.ok else "down",
        "heartbeats": beats,
        "disk_free": disk.free,
        "disk_size": disk.total,
        "custody": services.custody_here(),
        "version": version,
        "versions": versions,
    }
    return dict(HealthShape(told).data)


def _database() -> str:
    """SQLite 3.40.1"""
    numbers = connection.get_database_version()
    return f"{connection.display_name} {'.'.join(str(number) for number in numbers)}"
