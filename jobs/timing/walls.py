"""The wall times that match an expression. cronsim does the counting, on a calendar without any zone.

cronsim is never shown a zone: asked inside a fold's second pass it answers an earlier moment, it loses the second
pass of half-hour folds, and six fields get no care at all. Zones are the business of triggers.CronTrigger.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache

from cronsim import CronSim, CronSimError

from jobs.timing.cron import read_expression

ANY = datetime(2000, 1, 1)


def walls_after(expression: str, both_days: bool, wall: datetime) -> Iterator[datetime]:
    """Matching wall times strictly after a whole second, ascending. Ends when 50 years have none."""
    return _start(_calendar(expression, both_days, False), wall)


def walls_before(expression: str, both_days: bool, wall: datetime) -> Iterator[datetime]:
    """Matching wall times strictly before a whole second, descending."""
    return _start(_calendar(expression, both_days, True), wall)


def _start(calendar: CronSim | None, wall: datetime) -> Iterator[datetime]:
    if calendar is None:
        return iter(())
    mine = copy.copy(calendar)
    mine.dt = wall
    return mine


@lru_cache(maxsize=8192)
def _calendar(expression: str, both_days: bool, backwards: bool) -> CronSim | None:
    """A parsed calendar to copy from, or None where no month has such a day (30 February).

    both_days: the day of month AND the day of week must match even where cron says OR.
    """
    try:
        calendar = CronSim(read_expression(expression).dialect, ANY, reverse=backwards)
    except CronSimError:
        return None
    calendar.day_and = both_days or read_expression(expression).needs_both_days
    return calendar
