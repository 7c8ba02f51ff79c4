"""What falls due: the moments of many schedules within a window, sampled where they are dense."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from jobs import services
from jobs.models import Quiet, Schedule
from jobs.models.schedule import ScheduleQuerySet
from jobs.services.planned import Planned, planned
from jobs.services.upcoming import MOST_SCHEDULES as MOST_IN_QUIET

MOST_SCHEDULES = 40
DENSE = 8
"""So many moments within a quarter of the window make a schedule dense: it is sampled, not enumerated."""
SAMPLES = 24
MOST_MOMENTS = 100
TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class Forecast:
    """moments: ascending; all of them unless dense."""

    schedule: Planned
    moments: list[datetime] = field(default_factory=list)
    dense: bool = False


def forecasts(now: datetime, until: datetime, quiet: Quiet | None) -> list[Forecast]:
    """Those due first; one query. Each costs at most DENSE + SAMPLES steps, or one a moment. In a quiet time from its end on."""
    start = services.starts_from(quiet, now)
    if start is None:
        return []
    rows = Schedule.objects.filter(next_run_time__lt=until)
    first = planned(rows, MOST_SCHEDULES) if quiet is None else _after_quiet(rows, start, until)
    return [_forecast(schedule, start, until, (until - now) / SAMPLES) for schedule in first]


def next_moments(schedule: Schedule, quiet: Quiet | None, count: int = 10) -> list[datetime]:
    """The next times, beginning with the planned one; in a quiet time from its end on, and none while it has none."""
    moment, rule, found = schedule.next_run_time, schedule.rule(), list[datetime]()
    if moment is None or (quiet and quiet.is_open):
        return []
    if quiet and moment < quiet.until:
        moment = rule.after(quiet.until - TICK)
    while moment is not None and len(found) < count:
        found.append(moment)
        moment = rule.after(moment)
    return found


def _after_quiet(rows: ScheduleQuerySet, start: datetime, until: datetime) -> list[Planned]:
    """Who is due first then; the plan's order is that of moments which pass in the quiet."""
    firsts = [(schedule.from_now(start - TICK), schedule) for schedule in planned(rows, MOST_IN_QUIET)]
    due = sorted((at, one.pk, one) for at, one in firsts if at is not None and at < until)
    return [schedule for _at, _pk, schedule in due[:MOST_SCHEDULES]]


def _forecast(schedule: Planned, start: datetime, until: datetime, step: timedelta) -> Forecast:
    first = list(islice(_moments(schedule, start, until), DENSE))
    if len(first) == DENSE and first[-1] - start < step * SAMPLES / 4:
        return Forecast(schedule, _sampled(schedule, first[0], step, until), dense=True)
    return Forecast(schedule, list(islice(_moments(schedule, start, until), DENSE + MOST_MOMENTS)))


def _moments(schedule: Planned, start: datetime, until: datetime) -> Iterator[datetime]:
    moment = schedule.from_now(start - TICK)
    while moment is not None and moment < until:
        yield moment
        moment = schedule.after(moment)


def _sampled(schedule: Planned, first: datetime, step: timedelta, until: datetime) -> list[datetime]:
    """The first, and one after each full hour or so: of a page that is asked for every few seconds they are remembered."""
    begin = first.replace(minute=0, second=0, microsecond=0)
    found = (schedule.after(begin + step * number) for number in range(1, SAMPLES))
    return sorted({first, *(moment for moment in found if moment is not None and moment < until)})
