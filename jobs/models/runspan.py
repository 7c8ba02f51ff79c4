"""RunSpan: between which moments the runs of a stretch of ids were queued, so that a list of a span of time skips the others."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Max, Min

from jobs.models.run import Run

IDS = 2000
"""Ids in one stretch."""
SETTLED = 2 * IDS
"""A stretch is told once so many ids follow: a transaction that still adds to it would have taken longer than any does."""


class RunSpanQuerySet(models.QuerySet["RunSpan"]):
    def told_until(self) -> int:
        """Every stretch that ends at this id or before is told."""
        last = self.order_by("-first").values_list("first", flat=True).first()
        return 0 if last is None else last + IDS

    def begin_of(self, since: datetime) -> int:
        """No run before this id was queued at `since` or later."""
        first = self.filter(ends__gte=since).order_by("first").values_list("first", flat=True).first()
        return self.told_until() if first is None else first

    def end_of(self, until: datetime) -> int:
        """Of the stretches that are told, no run at this id or behind it was queued before `until`."""
        last = self.filter(begins__lt=until).order_by("-first").values_list("first", flat=True).first()
        return 0 if last is None else last + IDS

    def tell_next(self) -> bool:
        """The next stretch. False: it is not settled yet."""
        first = self.told_until()
        if not Run.objects.filter(pk__gte=first + IDS + SETTLED).exists():
            return False
        ends = Run.objects.filter(pk__gte=first, pk__lt=first + IDS).aggregate(
            begins=Min("queued_at"), ends=Max("queued_at")
        )
        self.get_or_create(first=first, defaults=ends)  # with nulls where all were pruned: no span fits
        return True


class RunSpan(models.Model):
    first = models.BigIntegerField(primary_key=True)
    begins = models.DateTimeField(null=True)
    ends = models.DateTimeField(null=True)

    objects = RunSpanQuerySet.as_manager()

    def __str__(self) -> str:
        return f"runs {self.first} to {self.first + IDS - 1}"
