"""What a board is made of: items, series of items that are alike, and the lines into which they go."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from jobs.web.viewer import Viewer

LEAST_WIDTH = 0.5
"""Percent of a line."""
DAY = timedelta(days=1)


class Item(NamedTuple):
    """css: ran, broke, late, odd, none, now or due. write: its title, only asked for when it is drawn. lane: which of the groups; ring: it never ran, so it has no length.

    often: never more than a tick. rank: lower ones are named first when there is no room for all."""

    begin: datetime
    end: datetime
    css: str
    name: str
    write: Callable[[], str]
    href: str
    lane: str = ""
    ring: bool = False
    often: bool = False
    loud: str = ""
    rank: int = 1
    clash: bool = False
    band: bool = False
    """It stands for more moments than were counted."""


class Series(NamedTuple):
    """Items of one job that differ in nothing but when they begin: a thousand daily jobs are 7,000 a week, and most of
    them end as ticks. make: the item that begins then. moments: ascending."""

    name: str
    href: str
    lane: str
    css: str
    rank: int
    length: timedelta
    moments: tuple[datetime, ...]
    make: Callable[[datetime], Item]

    def on(self, line: Line) -> tuple[datetime, ...]:
        """What is seen of it there, also of what began on the line before."""
        first = bisect_left(self.moments, line.begin)
        if self.length:
            first = bisect_right(self.moments, line.begin - self.length, 0, first)
        return self.moments[first : bisect_left(self.moments, line.end, first)]


@dataclass
class Line:
    """What goes into one row: the day whose clock it shows, and its items."""

    begin: datetime
    end: datetime
    items: list[Item] = field(default_factory=list)

    def seconds(self, moment: datetime, viewer: Viewer) -> int:
        return seconds_of_day(moment, self.begin, self.end, viewer.zone)


def seconds_of_day(moment: datetime, begin: datetime, end: datetime, zone: ZoneInfo) -> int:
    """Of the day from begin to end, by the wall clock: a difference, unless the clock is set that day."""
    if end - begin == DAY:
        return int((moment - begin).total_seconds())
    local = moment.astimezone(zone)
    return local.hour * 3600 + local.minute * 60 + local.second


def stretch(line: Line, begin: datetime, end: datetime, viewer: Viewer) -> tuple[float, float]:
    """x and width within the row: by the wall clock where it begins, then as long as it takes."""
    begin, end = max(begin, line.begin), min(end, line.end)
    x = min(line.seconds(begin, viewer) / 864, 100 - LEAST_WIDTH)
    return x, min(100 - x, max(LEAST_WIDTH, (end - begin).total_seconds() / 864))


def due_on(lines: Sequence[Line], series: Iterable[Series]) -> list[int]:
    """How many moments of the series there are in each line."""
    moments = sorted(moment for one in series for moment in one.moments)
    return [bisect_left(moments, line.end) - bisect_left(moments, line.begin) for line in lines]
