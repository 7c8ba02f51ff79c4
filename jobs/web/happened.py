"""What happened in a day or a week: every end that needs somebody, and of the others so many of each stretch of time.

A job that runs every second has 600,000 rows a week: no page may read them. The stretches are bound to the index on
the end, all in one statement.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet, TextField
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast

from jobs.models import ENDED, Job, Run
from jobs.services.planned import read_tags
from jobs.web.addresses import of_run
from jobs.web.marks import Mark, mark
from jobs.web.outcomes import NOT_BAD

SLOTS, OF_EACH, MOST_BAD, MOST_GOING_ON = 84, 16, 200, 60
OVER = timedelta(days=1)
"""So long after the last day ends are looked at: those that began in it are drawn to its edge."""

COLUMNS = (
    "id",
    "job_id",
    "job_name",
    "pool",
    "status",
    "warned",
    "reason",
    "started_at",
    "finished_at",
    "scheduled_for",
    "queued_at",
    "tags",
    "job__overlap",
    "job__max_parallel",
)


class Done(NamedTuple):
    """One run as a calendar shows it."""

    id: int
    job_id: int | None
    job_name: str
    pool: str
    status: str
    warned: bool
    reason: str
    started_at: datetime | None
    finished_at: datetime | None
    scheduled_for: datetime | None
    queued_at: datetime
    tags: tuple[str, ...]
    overlap: str | None
    max_parallel: int | None

    @property
    def at(self) -> datetime:
        """When it began, or when it should have."""
        return self.started_at or self.scheduled_for or self.queued_at

    @property
    def end(self) -> datetime:
        return (self.finished_at if self.started_at else None) or self.at

    @property
    def is_over(self) -> bool:
        return self.status in ENDED

    @property
    def mark(self) -> Mark:
        return mark(self.status, warned=self.warned)

    def as_run(self) -> Run:
        """With what a rehearsal asks of it and its job; not from the database, and not to be saved."""
        job = Job(
            pk=self.job_id,
            name=self.job_name,
            tags=list(self.tags),
            overlap=self.overlap or "skip",
            max_parallel=self.max_parallel,
        )
        return Run(pk=self.id, job=job, status=self.status, started_at=self.started_at)

    @property
    def url(self) -> str:
        return of_run(self.id)


Told = tuple[str, tuple[Any, ...]]
"""SQL and what stands in it."""


@dataclass(frozen=True)
class Past:
    """full: the stretches of which only the newest runs are here. live: what waits or is active now."""

    runs: list[Done]
    full: list[tuple[datetime, datetime]]
    live: list[Done] = field(default_factory=list)


def happened(first: datetime, until: datetime, now: datetime) -> Past:
    """Ascending by their begin; one query."""
    if first > now:
        return Past([], [])
    step = (until - first) / SLOTS
    slots = [first + step * number for number in range(SLOTS + 1)]
    ended = Run.objects.filter(finished_at__gte=first, finished_at__lt=until + OVER)
    late = Run.objects.filter(finished_at__gte=until, finished_at__lt=until + OVER, started_at__lt=until)
    parts = [
        ids_of(ended.exclude(status__in=NOT_BAD).order_by("-finished_at")[:MOST_BAD]),
        ids_of(late.order_by("finished_at")[:MOST_BAD]),
    ]
    if now < until:
        parts.append(ids_of(Run.objects.unfinished().order_by("id")[:MOST_GOING_ON]))
    parts += _newest_of(slots, now)
    rows = _rows(parts)
    counts = Counter((row.finished_at - first) // step for row in rows if row.finished_at)
    full = [(slots[number], slots[number + 1]) for number in range(SLOTS) if counts[number] >= OF_EACH]
    ended_runs = sorted((row for row in rows if row.is_over and row.at < until), key=lambda row: row.at)
    return Past(ended_runs, full, sorted((row for row in rows if not row.is_over), key=lambda row: row.id))


def _rows(parts: Iterable[Told]) -> list[Done]:
    runs = Run.objects.filter(pk__in=RawSQL(*any_of(parts))).annotate(tags=Cast("job__tags", TextField()))
    return [
        Done._make((*row, read_tags(tags or "[]"), overlap, most))
        for *row, tags, overlap, most in runs.values_list(*COLUMNS)
    ]


def _newest_of(slots: Sequence[datetime], now: datetime) -> Iterator[Told]:
    """What ended in each slot. Django says the first, which is the same for all: it takes 0.3 ms for each of 84."""
    first = Run.objects.filter(finished_at__gte=slots[0], finished_at__lt=slots[1]).order_by("-finished_at")
    sql, _ = ids_of(first[:OF_EACH])
    for begin, end in pairwise(slots):
        if begin <= now:
            yield sql, tuple(map(connection.ops.adapt_datetimefield_value, (begin, end)))


def ids_of(runs: QuerySet[Run]) -> Told:
    return runs.values("pk").query.sql_with_params()


def any_of(parts: Iterable[Told]) -> tuple[str, list[Any]]:
    """For RawSQL: the ids of all these, each with its own order and limit, which Django's own union cannot say on SQLite."""
    sqls, values = zip(*parts, strict=True)
    sql = " UNION ALL ".join(f"SELECT * FROM ({text}) AS part{number}" for number, text in enumerate(sqls))
    return sql, [value for of_part in values for value in of_part]
