"""How runs ended, many at a time: two queries for each thousand jobs, bound to an index."""

from __future__ import annotations

from collections.abc import Container, Iterable
from datetime import datetime
from typing import NamedTuple

from jobs.models import ENDED, Run, Status
from jobs.services.lengths import Usual, past, usual, usual_lately
from jobs.web.addresses import of_run
from jobs.web.marks import BAD, Mark, mark

__all__ = ["Outcome", "Usual", "ended_since", "latest_and_usual", "usual", "usual_lately"]


class Outcome(NamedTuple):
    """One run, without what is only shown on its own page. A tuple, since a page makes a thousand of them."""

    job_id: int
    id: int
    status: str
    attempt: int
    warned: bool
    reason: str
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
        return of_run(self.id)


COLUMNS = Outcome._fields


def latest_and_usual(
    jobs: Iterable[int], count: int = 20, beside: Iterable[int] = ()
) -> tuple[dict[int, list[Outcome]], dict[int, Usual]]:
    """By job: the newest `count` runs, oldest first, and what is usual. beside: jobs of which only the latter is asked."""
    found = past(jobs, count, COLUMNS, beside)
    return {job: list(map(Outcome._make, rows)) for job, rows in found.rows.items()}, found.usual


NOT_BAD = [status for status in Status.values if status not in BAD]


def ended_since(since: datetime, *, most: int, jobs: Container[int], bad: bool = False) -> list[Outcome]:
    """Ends of these jobs, newest first, among the newest `most`; bad: only those that need somebody.

    What is not meant is left out afterwards or by exclusion: a condition on job or status would lure SQLite from the index on the end.
    """
    rows = Run.objects.filter(finished_at__gte=since).order_by("-finished_at")
    rows = rows.exclude(status__in=NOT_BAD) if bad else rows
    found = map(Outcome._make, rows.values_list(*COLUMNS)[:most])
    return [outcome for outcome in found if outcome.job_id in jobs]
