"""The audit log, newest first, for admins."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from jobs import services
from jobs.api.base import ApiView, asks
from jobs.api.pages import NumberedQuery, page
from jobs.api.permissions import needs
from jobs.api.shapes import AuditShape, page_of
from jobs.models import AuditEntry


class AuditQuery(NumberedQuery):
    action = serializers.CharField(max_length=40, required=False)
    who = serializers.CharField(max_length=150, required=False)
    target = serializers.CharField(max_length=200, required=False)

    examples: ClassVar[dict[str, str]] = {
        **NumberedQuery.examples,
        "action": "job.changed",
        "who": "mira",
        "target": "nightly backup",
    }


class Audit(ApiView):
    @extend_schema(operation_id="listAudit", responses=page_of(AuditShape))
    @needs("jobs.view_auditentry")
    @asks(AuditQuery)
    def get(self, request: Request) -> Response:
        """Every change, start, log-in and denial, newest first."""
        wanted = {name: self.asked[name] for name in ("action", "who", "target") if name in self.asked}
        rows = AuditEntry.objects.filter(**wanted)
        return page(request, rows, self.asked, key="-id", shape=AuditShape, prepare=with_diffs)


def with_diffs(entries: list[AuditEntry]) -> list[Any]:
    diffs = services.diffs_of(entries)
    for entry in entries:
        entry.diff = diffs.get(entry.pk, "")  # type: ignore[attr-defined]
    return entries
