"""How runs ended, many at a time: two queries whatever the number of jobs, each bound to an index."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable
from dataclasses import dataclass, fields
from datetime import datetime

from django.urls import reverse

from jobs.models import ENDED, Run
from jobs.services.lengths import Usual, newest, usual
from jobs.web.marks import BAD, Mark, mark

__all__ = ["Outcome", "Usual", "ended_since", "latest", "usual"]


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


COLUMNS = [field.name for field in fields(Outcome) if field.name != "job_id"]


def latest(jobs: Iterable[int], count: int = 20) -> dict[int, list[Outcome]]:
    """The newest `count` runs of each job, oldest first."""
    found: dict[int, list[Outcome]] = defaultdict(list)
    for row in newest(jobs, count, ["job_id", *COLUMNS]):
        found[row["job_id"]].append(Outcome(**row))
    return found


def ended_since(since: datetime, *, most: int, jobs: Container[int], bad: bool = False) -> list[Outcome]:
    """Ends of these jobs, newest first, among the newest `most`; bad: only those that need somebody.

    The jobs are looked at afterwards: a join or a condition on them would keep SQLite from the index on the end.
    """
    rows = Run.objects.filter(finished_at__gte=since).order_by("-finished_at")
    rows = rows.filter(status__in=BAD) if bad else rows
    return [Outcome(**row) for row in rows.values("job_id", *COLUMNS)[:most] if row["job_id"] in jobs]
