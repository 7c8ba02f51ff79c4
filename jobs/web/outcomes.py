"""How runs ended, many at a time: two queries whatever the number of jobs, each bound to an index."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from statistics import median, quantiles
from typing import Any

from django.db.models import F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse

from jobs.models import ENDED, Job, Run, Status
from jobs.web.marks import Mark, mark

ENOUGH = 3
"""Fewer good runs than this say nothing about what is usual."""


@dataclass(frozen=True)
class Outcome:
    """One run, without what is only shown on its own page."""

    id: int
    job_id: int
    status: str
    warned: bool
    reason: str
    source: str
    queued_at: datetime
    scheduled_for: datetime | None
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def seconds(self) -> float | None:
        if self.started_at is None or self.finished_at is None:
            return None
        return (self.finished_at - self.started_at).total_seconds()

    @property
    def is_over(self) -> bool:
        return self.status in ENDED

    @property
    def at(self) -> datetime:
        """When it began, or when it should have."""
        return self.started_at or self.scheduled_for or self.queued_at

    @property
    def mark(self) -> Mark:
        return mark(self.status, warned=self.warned)

    @property
    def word(self) -> str:
        return self.mark.word

    @property
    def url(self) -> str:
        return reverse("web:run", args=[self.id])


@dataclass(frozen=True)
class Usual:
    """Seconds of the last 20 good runs; low and high bound the middle half."""

    median: float
    low: float
    high: float


COLUMNS = [field.name for field in fields(Outcome) if field.name != "job_id"]


def latest(jobs: Iterable[int], count: int = 20) -> dict[int, list[Outcome]]:
    """The newest `count` runs of each job, oldest first."""
    found: dict[int, list[Outcome]] = defaultdict(list)
    for row in _newest(list(jobs), count):
        found[row["job_id"]].append(Outcome(**row))
    return found


def usual(jobs: Iterable[int]) -> dict[int, Usual]:
    """What is usual for each job that succeeded often enough."""
    seconds: dict[int, list[float]] = defaultdict(list)
    for row in _newest(list(jobs), 20, status=Status.SUCCEEDED, started_at__isnull=False):
        seconds[row["job_id"]].append((row["finished_at"] - row["started_at"]).total_seconds())
    return {job: _usual(values) for job, values in seconds.items() if len(values) >= ENOUGH}


def _usual(values: list[float]) -> Usual:
    low, _, high = quantiles(values, n=4)
    return Usual(median(values), max(low, 0.0), high)


def _newest(jobs: list[int], count: int, **which: Any) -> list[dict[str, Any]]:
    """The id of the count-th newest run is looked up per job in the index; then the rows above it are read."""
    if not jobs:
        return []
    ranked = Run.objects.filter(job=OuterRef("pk"), **which).order_by("-id").values("pk")
    since = Coalesce(Subquery(ranked[count - 1 : count]), Value(0))
    rows = (
        Job.objects.filter(pk__in=jobs)
        .annotate(since=since)
        .filter(runs__id__gte=F("since"), **{f"runs__{name}": value for name, value in which.items()})
        .order_by("runs__id")
        .values_list("pk", *(f"runs__{name}" for name in COLUMNS))
    )
    return [{"job_id": row[0], **dict(zip(COLUMNS, row[1:], strict=True))} for row in rows]
