"""What falls due: the moments of many schedules within a window, sampled where they are dense."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from jobs.models import Schedule
from jobs.services.planned import Planned, planned

MOST_SCHEDULES = 40
DENSE = 8
"""So many moments within a quarter of the window make a schedule dense: it is sampled, not enumerated."""
SAMPLES = 24
MOST_MOMENTS = 100


@dataclass(frozen=True)
class Forecast:
    """moments: ascending; all of them unless dense."""

    schedule: Planned
    moments: list[datetime] = field(default_factory=list)
    dense: bool = False


def forecasts(now: datetime, until: datetime) -> list[Forecast]:
    """Those due first; one query. Each costs at most DENSE + SAMPLES steps, or one a moment."""
    rows = planned(Schedule.objects.filter(next_run_time__lt=until), MOST_SCHEDULES)
    return [_forecast(schedule, now, until) for schedule in rows]


def next_moments(schedule: Schedule, now: datetime, count: int = 10) -> list[datetime]:
    """The next times, beginning with the planned one."""
    rule, moment, found = schedule.rule(), now, list[datetime]()
    while len(found) < count and (following := rule.after(moment)):
        found.append(moment := following)
    return found


def _forecast(schedule: Planned, now: datetime, until: datetime) -> Forecast:
    first = list(islice(_moments(schedule, now, until), DENSE))
    if len(first) == DENSE and first[-1] - now < (until - now) / 4:
        return Forecast(schedule, _sampled(schedule, first[0], (until - now) / SAMPLES, until), dense=True)
    return Forecast(schedule, list(islice(_moments(schedule, now, until), DENSE + MOST_MOMENTS)))


def _moments(schedule: Planned, now: datetime, until: datetime) -> Iterator[datetime]:
    moment = schedule.from_now(now)
    while moment is not None and moment < until:
        yield moment
        moment = schedule.after(moment)


def _sampled(schedule: Planned, first: datetime, step: timedelta, until: datetime) -> list[datetime]:
    """The first, and one after each full hour or so: of a page that is asked for every few seconds they are remembered."""
    begin = first.replace(minute=0, second=0, microsecond=0)
    found = (schedule.after(begin + step * number) for number in range(1, SAMPLES))
    return sorted({first, *(moment for moment in found if moment is not None and moment < until)})
