"""What a day or a week will bring: the moments of many schedules, and bands where a schedule has too many to name."""

from __future__ import annotations

from bisect import bisect_left
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from django.db.models import QuerySet

from jobs.models import Schedule
from jobs.services.planned import Planned, planned, rule_of
from jobs.timing.triggers import Trigger

MOST_SCHEDULES = 1000
OFTEN = 12
"""More moments a day than this make bands, not moments."""
SLOTS = 84
"""A band is looked at in so many steps: two hours of a week, 17 minutes of a day."""
TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)

Moments = tuple[datetime, ...]
Bands = tuple[tuple[datetime, datetime], ...]


class Ahead(NamedTuple):
    """moments: all of them, ascending; or, of a schedule with many, bands: [from, to] without long gaps."""

    schedule: Planned
    moments: Moments = ()
    bands: Bands = ()


def ahead(first: datetime, until: datetime, now: datetime) -> tuple[list[Ahead], int]:
    """Those that are due first, and how many more there are. One query, two beyond 1,000 schedules.

    Planned for the whole of [first, until), so that it is remembered until the text changes: 45 us a moment the
    first time (measured), nothing afterwards. What is earlier than now is left out.
    """
    if until <= now:
        return [], 0
    rows = Schedule.objects.filter(next_run_time__lt=until)
    some = planned(rows, MOST_SCHEDULES + 1)
    more = _count(rows) - MOST_SCHEDULES if len(some) > MOST_SCHEDULES else 0
    found = [_ahead(schedule, first, until, now) for schedule in some[:MOST_SCHEDULES]]
    return [one for one in found if one.moments or one.bands], more


def _count(rows: QuerySet[Schedule]) -> int:
    return rows.filter(job__deleted_at__isnull=True).count()


def _ahead(schedule: Planned, first: datetime, until: datetime, now: datetime) -> Ahead:
    at = schedule.next_run_time
    if schedule.trigger == "startup":
        return Ahead(schedule, (at,) if first <= at < until else ())
    moments, bands = _planned(schedule.trigger, schedule.rule_text, schedule.timezone, first, until)
    return Ahead(
        schedule,
        moments[bisect_left(moments, now) :] if first < now else moments,
        tuple((max(begin, now), end) for begin, end in bands if end >= now),
    )


@lru_cache(maxsize=4096)
def _planned(trigger: str, spec: str, zone: str, first: datetime, until: datetime) -> tuple[Moments, Bands]:
    rule = rule_of(trigger, spec, zone)
    most = OFTEN * max(1, round((until - first) / DAY))
    moments: list[datetime] = []
    moment = rule.after(first - TICK)
    while moment is not None and moment < until:
        moments.append(moment)
        if len(moments) > most or (len(moments) > OFTEN and moment - moments[-OFTEN - 1] < DAY / 2):
            return (), _bands(rule, first, until)
        moment = rule.after(moment)
    return tuple(moments), ()


def _bands(rule: Trigger, first: datetime, until: datetime) -> Bands:
    """Steps of a slot each; a gap shorter than one is no gap."""
    step = (until - first) / SLOTS
    found: list[tuple[datetime, datetime]] = []
    begins = rule.after(first - TICK)
    while begins is not None and begins < until:
        edge = min(until, first + ((begins - first) // step + 1) * step)
        ends = _last_before(rule, begins, edge)
        if found and begins - found[-1][1] <= step:
            begins = found.pop()[0]
        found.append((begins, ends))
        begins = rule.after(edge - TICK)
    return tuple(found)


def _last_before(rule: Trigger, begins: datetime, edge: datetime) -> datetime:
    """The last due moment before the edge, or one at most a 16th of the slot earlier."""
    low, high = begins, edge
    for _ in range(4):
        found = rule.after(low + (high - low) / 2)
        if found is not None and found < edge:
            low = found
        else:
            high = low + (high - low) / 2
    return low
