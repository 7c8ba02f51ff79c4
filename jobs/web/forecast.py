"""What falls due: the moments of many schedules within a window, sampled where they are dense."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from jobs.models import Schedule
from jobs.timing.triggers import Trigger

MOST_SCHEDULES = 40
DENSE = 8
"""So many moments within a quarter of the window make a schedule dense: it is sampled, not enumerated."""
SAMPLES = 24


@dataclass(frozen=True)
class Forecast:
    """moments: ascending; all of them unless dense."""

    schedule: Schedule
    moments: list[datetime] = field(default_factory=list)
    dense: bool = False


def forecasts(now: datetime, until: datetime) -> list[Forecast]:
    """Those due first; one query. Each costs at most DENSE + SAMPLES steps, or one a moment."""
    rows = (
        Schedule.objects.waiting()
        .filter(next_run_time__lt=until, job__deleted_at__isnull=True)
        .select_related("job")
        .order_by("next_run_time")[:MOST_SCHEDULES]
    )
    return [_forecast(schedule, now, until) for schedule in rows]


def next_moments(schedule: Schedule, now: datetime, count: int = 10) -> list[datetime]:
    """The next times, beginning with the planned one."""
    return list(_walk(schedule.rule(), now, None, count))


def _forecast(schedule: Schedule, now: datetime, until: datetime) -> Forecast:
    rule = schedule.rule()
    first = list(_walk(rule, now, until, DENSE))
    if len(first) == DENSE and first[-1] - now < (until - now) / 4:
        return Forecast(schedule, _sampled(rule, now, until), dense=True)
    rest = list(_walk(rule, first[-1], until, 100)) if len(first) == DENSE else []
    return Forecast(schedule, first + rest)


def _walk(rule: Trigger, after: datetime, until: datetime | None, most: int) -> Iterator[datetime]:
    moment: datetime | None = after
    for _ in range(most):
        moment = rule.after(moment) if moment else None
        if moment is None or (until is not None and moment >= until):
            return
        yield moment


def _sampled(rule: Trigger, now: datetime, until: datetime) -> list[datetime]:
    step: timedelta = (until - now) / SAMPLES
    found = (rule.after(now + step * number) for number in range(SAMPLES))
    return sorted({moment for moment in found if moment is not None and moment < until})
