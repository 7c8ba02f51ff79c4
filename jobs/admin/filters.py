"""Filters of the lists that cost an index step: by when, and by where a job comes from."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jobs.timing import clock

HOURS = {"hour": 1, "day": 24, "week": 7 * 24, "month": 30 * 24}


class Since(admin.SimpleListFilter):
    """column: the moment that counts; it has an index, or the list's order stands for it."""

    title = gettext_lazy("when")
    parameter_name = "since"
    column = "queued_at"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        words = {
            "hour": _("in the last hour"),
            "day": _("in the last 24 hours"),
            "week": _("in the last 7 days"),
            "month": _("in the last 30 days"),
        }
        return list(words.items())

    def queryset(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        hours = HOURS.get(self.value() or "")
        if hours is None:
            return rows
        return rows.filter(**{f"{self.column}__gte": clock.now() - timedelta(hours=hours)})


class Recorded(Since):
    column = "at"


class ComesFrom(admin.SimpleListFilter):
    title = gettext_lazy("where it is changed")
    parameter_name = "from"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("file", _("in its file")), ("here", _("here"))]

    def queryset(self, request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        of_file = {"source__startswith": "file:"}
        if self.value() == "file":
            return rows.filter(**of_file)
        return rows.exclude(**of_file) if self.value() == "here" else rows
