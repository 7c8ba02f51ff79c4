"""The strip at a row's foot: which five minutes of it have ticks."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from jobs.web.pictures.boardlines import LEAST_WIDTH, Line, Series, seconds_of_day, stretch
from jobs.web.viewer import Viewer

BUCKETS, FIVE_MINUTES = 288, 300
"""Ticks of a row: one for five minutes of a day."""
LAST_BUCKET = int((100 - LEAST_WIDTH) / 100 * BUCKETS)
"""As far right as something of the least width stands."""


@dataclass(frozen=True)
class Ticks:
    css: str
    path: str


class Taken:
    """Which five minutes of a row have ticks, by colour."""

    def __init__(self, line: Line, viewer: Viewer) -> None:
        self._line, self._viewer, self._by_css = line, viewer, defaultdict[str, set[int]](set)

    def __bool__(self) -> bool:
        return bool(self._by_css)

    def add(self, css: str, begin: datetime, end: datetime) -> None:
        x, width = stretch(self._line, begin, end, self._viewer)
        first = int(x / 100 * BUCKETS)
        last = max(first, int((x + width) / 100 * BUCKETS - 0.001)) if end > begin else first
        self._by_css[css].update(range(first, min(last, BUCKETS - 1) + 1))

    def add_series(self, one: Series) -> None:
        """As each alone."""
        for moment in one.on(self._line):
            self.add(one.css, moment, moment + one.length)

    def fill(self, css: str, buckets: Iterable[int]) -> None:
        self._by_css[css].update(buckets)

    def ticks(self) -> list[Ticks]:
        """One path a colour; neighbours are one tick."""
        order = ("due", "none", "ran", "odd", "now", "late", "broke")
        return [Ticks(css, _path(sorted(self._by_css[css]))) for css in order if css in self._by_css]


class Days(NamedTuple):
    """The lines of a board: where each begins and ends, as the clock of this zone shows it."""

    bounds: tuple[tuple[datetime, datetime], ...]
    zone: ZoneInfo


@lru_cache(maxsize=4096)
def buckets(moments: tuple[datetime, ...], days: Days) -> tuple[tuple[int, ...], ...]:
    """Of each day the five minutes in which a moment lies, for runs of unknown length. Remembered: what is planned is the
    same at the next look; 3 MB when full."""
    return tuple(_buckets_of(moments, begin, end, days.zone) for begin, end in days.bounds)


def _buckets_of(
    moments: tuple[datetime, ...], begin: datetime, end: datetime, zone: ZoneInfo
) -> tuple[int, ...]:
    here = moments[bisect_left(moments, begin) : bisect_left(moments, end)]
    seconds = (seconds_of_day(moment, begin, end, zone) for moment in here)
    return tuple(min(second // FIVE_MINUTES, LAST_BUCKET) for second in seconds)


def _path(buckets: list[int]) -> str:
    parts, start = [], 0
    for place_, bucket in enumerate(buckets):
        if place_ + 1 == len(buckets) or buckets[place_ + 1] != bucket + 1:
            width = bucket - buckets[start] + 1
            parts.append(f"M{buckets[start]} 0h{width}v1h-{width}z")
            start = place_ + 1
    return "".join(parts)
