"""Ribbon of the now page: 12 hours back, 24 ahead, on one axis. What happened is filled, a forecast is outlined."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.utils import dateformat
from django.utils.html import format_html
from django.utils.safestring import SafeString

from jobs.web.viewer import Viewer

BACK, AHEAD = timedelta(hours=12), timedelta(hours=24)
LANES = (26, 47, 68)
LANE_HEIGHT, LEAST_WIDTH, GAP = 14, 0.28, 0.12
CHARACTER = 0.75
"""Percent that one letter of a label takes on the narrowest screen that shows labels."""

Place = Callable[[datetime], float]
"""Moment to percent."""


class Happening(NamedTuple):
    """css: ran, broke, late, odd, none, now or due. write: its title, only asked for when it is a bar. often: drawn as a
    small tick in the lowest lane."""

    start: datetime
    end: datetime
    css: str
    write: Callable[[], str]
    href: str = ""
    loud: str = ""
    often: bool = False


class Bar(NamedTuple):
    css: str
    x: str
    y: int
    width: str
    title: str
    href: str

    @property
    def svg(self) -> SafeString:
        """Its markup: a template takes 0.1 ms for each of 200 (measured). Numbers and classes are ours, the rest is escaped."""
        place = f'<rect class="{self.css}" x="{self.x}" y="{{}}" width="{self.width}" height="{{}}"'
        shape = place.format(self.y, LANE_HEIGHT) + ' rx="2"><title>{}</title></rect>'
        beside = {"broke": (self.y + LANE_HEIGHT + 2, 3), "late": (self.y - 4, 2)}.get(self.css)
        shape += place.format(*beside) + "/>" if beside else ""
        if not self.href:
            return format_html(shape, self.title)
        return format_html(f'<a href="{{}}">{shape}</a>', self.href, self.title)


@dataclass(frozen=True)
class Tick:
    css: str
    x: str


@dataclass(frozen=True)
class Label:
    x: str
    anchor: str
    text: str


@dataclass(frozen=True)
class Ribbon:
    bars: list[Bar]
    ticks: list[Tick]
    rules: list[str]
    hours: list[Label]
    days: list[Label]
    loud: list[Label]
    now: Label


class _Room:
    """Which parts of a line are taken, in percent: ascending, and apart from each other."""

    def __init__(self) -> None:
        self._taken: list[tuple[float, float]] = []

    def take(self, start: float, end: float) -> bool:
        place = bisect(self._taken, (start, end))
        before, after = self._taken[place - 1 : place], self._taken[place : place + 1]
        if any(start < other_end for _, other_end in before) or any(end > other for other, _ in after):
            return False
        self._taken.insert(place, (start, end))
        return True


def ribbon(happenings: Sequence[Happening], viewer: Viewer) -> Ribbon:
    """Bars overlap never: what finds no lane becomes a tick, as frequent runs do."""
    first, total = viewer.now - BACK, BACK + AHEAD

    def at(moment: datetime) -> float:
        return min(100.0, max(0.0, (moment - first) / total * 100))

    lanes = [_Room() for _ in LANES]
    bars: list[Bar] = []
    ticks: dict[tuple[str, str], Tick] = {}
    for item in sorted(happenings, key=lambda item: (item.css == "due", item.start)):
        x = min(at(item.start), 100 - LEAST_WIDTH)
        width = max(LEAST_WIDTH, at(item.end) - x)
        lane = (
            None
            if item.often
            else next(
                (y for y, room in zip(LANES, lanes, strict=True) if room.take(x, x + width + GAP)), None
            )
        )
        if lane is None:
            ticks.setdefault((item.css, f"{x:.1f}%"), Tick(item.css, f"{x:.2f}%"))
        else:
            bars.append(Bar(item.css, f"{x:.2f}%", lane, f"{width:.2f}%", item.write(), item.href))
    heads = _Room()
    heads.take(at(viewer.now) - 3, at(viewer.now) + 3)
    loud = [_loud(at(item.start), item.loud, heads) for item in happenings if item.loud]
    rules, hours, days = _hours(viewer, first, at, heads)
    return Ribbon(
        bars,
        list(ticks.values()),
        rules,
        hours,
        days,
        [label for label in loud if label],
        Label(f"{at(viewer.now):.2f}%", "middle", viewer.clock(viewer.now)),
    )


def _loud(x: float, text: str, heads: _Room) -> Label | None:
    width = len(text) * CHARACTER
    if x + width > 100:
        return Label(f"{x:.2f}%", "end", text) if heads.take(x - width, x) else None
    return Label(f"{x:.2f}%", "start", text) if heads.take(x, x + width) else None


def _hours(
    viewer: Viewer, first: datetime, place: Place, heads: _Room
) -> tuple[list[str], list[Label], list[Label]]:
    rules, hours, days = [], [], []
    for day in range(3):
        midnight = viewer.midnight(first, day)
        for hour in range(0, 24, 3):
            moment = midnight + timedelta(hours=hour)
            if not first < moment < first + BACK + AHEAD:
                continue
            x = place(moment)
            rules.append(f"{x:.2f}%")
            if hour % 6 == 0 and 3 < x < 97:
                hours.append(Label(f"{x:.2f}%", "middle", viewer.clock(moment)))
            if hour == 0 and heads.take(x - 4, x + 4):
                days.append(Label(f"{x:.2f}%", "middle", dateformat.format(viewer.local(moment), "l")))
    return rules, hours, days
