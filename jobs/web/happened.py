"""What happened in a day or a week: every end that needs somebody, and of the others so many of each stretch of time.

A job that runs every second has 600,000 rows a week: no page may read them. The stretches are bound to the index on
the end, all in one statement.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from jobs.models import ENDED, Job, Run
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
    "job__tags",
    "job__overlap",
    "job__max_parallel",
)


@dataclass(frozen=True)
class Done:
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
    tags: list[str] | None
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
            tags=self.tags or [],
            overlap=self.overlap or "skip",
            max_parallel=self.max_parallel,
        )
        return Run(pk=self.id, job=job, status=self.status, started_at=self.started_at)

    @property
    def url(self) -> str:
        return f"/runs/{self.id}/"


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
        ended.exclude(status__in=NOT_BAD).order_by("-finished_at")[:MOST_BAD],
        late.order_by("finished_at")[:MOST_BAD],
    ]
    if now < until:
        parts.append(Run.objects.unfinished().order_by("id")[:MOST_GOING_ON])
    for begin, end in pairwise(slots):
        if begin <= now:
            of_slot = Run.objects.filter(finished_at__gte=begin, finished_at__lt=end)
            parts.append(of_slot.order_by("-finished_at")[:OF_EACH])
    rows = [Done(*row) for row in Run.objects.filter(pk__in=any_of(parts)).values_list(*COLUMNS)]
    counts = Counter((row.finished_at - first) // step for row in rows if row.finished_at)
    full = [(slots[number], slots[number + 1]) for number in range(SLOTS) if counts[number] >= OF_EACH]
    ended_runs = sorted((row for row in rows if row.is_over and row.at < until), key=lambda row: row.at)
    return Past(ended_runs, full, sorted((row for row in rows if not row.is_over), key=lambda row: row.id))


def any_of(parts: Sequence[QuerySet[Run]]) -> RawSQL:
    """The ids of all these, each with its own order and limit: what Django's own union cannot say on SQLite."""
    told = [part.values("pk").query.sql_with_params() for part in parts]
    sql = " UNION ALL ".join(
        f"SELECT * FROM ({text}) AS part{number}" for number, (text, _) in enumerate(told)
    )
    return RawSQL(sql, [value for _, values in told for value in values])
