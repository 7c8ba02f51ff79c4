"""What comes: the next due moments of all jobs, and which of their runs would meet."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Literal, NamedTuple

from jobs.models import Job, Quiet, Schedule
from jobs.models.schedule import ScheduleQuerySet
from jobs.services.planned import Planned, planned
from jobs.services.quiet import quiet_now, starts_from
from jobs.timing import clock

MOST_SCHEDULES = 500
"""A forecast looks at those that are due first."""


class Coming(NamedTuple):
    """In order of time."""

    at: datetime
    schedule_id: int
    schedule: Planned


def upcoming(
    *,
    count: int = 20,
    until: datetime | None = None,
    job: Job | None = None,
    quiet: Quiet | Literal["ask"] | None = "ask",
) -> list[Coming]:
    """The next `count` moments of all schedules, or those of one job, in order. One query, and a step of arithmetic for each moment.

    In a quiet time, which is asked for unless it is known: from its end on; nothing while it has none. No more than the
    `count` schedules that are due first can be among them.
    """
    rows = Schedule.objects.all() if job is None else Schedule.objects.filter(job=job)
    start, first = _first(rows, count, quiet)
    merged = heapq.merge(*(_moments(schedule, start, until) for schedule in first))
    return list(islice(merged, count))


def next_of_each(*, count: int, quiet: Quiet | Literal["ask"] | None = "ask") -> list[Coming]:
    """The next moment of each schedule, of those `count` that are due first. One query."""
    start, first = _first(Schedule.objects.all(), count, quiet)
    moments = (next(_moments(schedule, start, None), None) for schedule in first)
    return sorted(moment for moment in moments if moment)[:count]


def _first(
    rows: ScheduleQuerySet, count: int, quiet: Quiet | Literal["ask"] | None
) -> tuple[datetime, list[Planned]]:
    """From when on, and the schedules that are due first."""
    now, quiet = clock.now(), quiet_now() if quiet == "ask" else quiet
    start = starts_from(quiet, now)
    if start is None:
        return now, []
    return start, planned(rows, MOST_SCHEDULES if quiet else max(count, 1))


def _moments(schedule: Planned, start: datetime, until: datetime | None) -> Iterator[Coming]:
    at = schedule.from_now(start - timedelta(microseconds=1))
    while at is not None and (until is None or at < until):
        yield Coming(at, schedule.pk, schedule)
        at = schedule.after(at)
