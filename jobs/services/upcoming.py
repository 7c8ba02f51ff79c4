"""What comes: the next due moments of all jobs, and which of their runs would meet."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Literal

from jobs.models import Job, Quiet, Schedule
from jobs.services.quiet import quiet_now
from jobs.timing import clock

MOST_SCHEDULES = 500
"""A forecast looks at those that are due first."""


@dataclass(frozen=True, order=True)
class Coming:
    at: datetime
    schedule_id: int
    schedule: Schedule


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
    now = clock.now()
    quiet = quiet_now() if quiet == "ask" else quiet
    if quiet and quiet.is_open:
        return []
    start = quiet.until if quiet else now
    rows = Schedule.objects.waiting().filter(job__deleted_at__isnull=True).select_related("job")
    if job is not None:
        rows = rows.filter(job=job)
    first = rows.order_by("next_run_time")[: max(count, 1) if not quiet else MOST_SCHEDULES]
    merged = heapq.merge(*(_moments(schedule, start, until) for schedule in first))
    return list(islice(merged, count))


def _moments(schedule: Schedule, start: datetime, until: datetime | None) -> Iterator[Coming]:
    rule, planned = schedule.rule(), schedule.next_run_time
    at = planned if planned and planned >= start else rule.after(start - timedelta(microseconds=1))
    while at is not None and (until is None or at < until):
        yield Coming(at, schedule.pk, schedule)
        at = rule.after(at)
