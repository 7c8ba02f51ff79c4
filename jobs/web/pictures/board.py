"""The board of a calendar: a row a day (or a job), the hours from left to right as the wall clock shows them.

What happened is filled, a forecast outlined. What is too much to be named goes as ticks into the strip at a row's foot.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

from jobs.web.pictures.boardlines import Item, Line, Series, stretch
from jobs.web.pictures.boardticks import Days, Taken, Ticks, buckets
from jobs.web.viewer import Viewer

TOP, LANE, BAR, STRIP, FOOT, LOWEST = 8, 18, 14, 8, 4, 56
MOST_LANES, GAP = 5, 0.12
CHARACTER = 0.82
"""Percent that one letter of a label takes on the narrowest board that shows labels."""
SHORTEST, LONGEST = 5, 28
"""Letters of a label."""
BYTES_OF_A_BAR = 230


class Bar(NamedTuple):
    """x and width in percent, y in pixels. label: what is written beside it; "" for nothing."""

    item: Item
    x: float
    width: float
    y: int
    label: str = ""

    @property
    def svg(self) -> SafeString:
        """Its markup: a template takes 0.1 ms for each of 250 (measured). Numbers and classes are ours, the rest is escaped."""
        item = self.item
        tint = self._rect("clash", -3, 20, ' rx="3"') if item.clash else ""
        shape = self._ring() if item.ring else self._shape()
        link = f'{tint}<a href="{{}}"><title>{{}}</title>{shape}{self._text() if self.label else ""}</a>'
        return format_html(link, item.href, item.write(), self.label)

    def _ring(self) -> str:
        return f'<circle class="{self.item.css}" cx="{self.x:.2f}%" cy="{self.y + BAR // 2}" r="4"/>'

    def _shape(self) -> str:
        css, shape = self.item.css, self._rect(self.item.css, 0, BAR, ' rx="2"')
        beside = {"broke": (BAR + 2, 3), "late": (-4, 2)}.get(css)
        return shape + self._rect(css, *beside) if beside else shape

    def _rect(self, css: str, below: int, height: int, corners: str = "") -> str:
        place = f'x="{self.x:.2f}%" width="{self.width:.2f}%" y="{self.y + below}"'
        return f'<rect class="{css}" {place} height="{height}"{corners}/>'

    def _text(self) -> str:
        item = self.item
        css = " loud" if item.css == "broke" else " late" if item.loud else ""
        right = self.x + (0 if item.ring else self.width)
        beside = f'x="{right:.2f}%" dx="{9 if item.ring else 5}" y="{self.y + 11}"'
        return f'<text class="wide{css}" {beside}>{{}}</text>'


@dataclass(frozen=True)
class Row:
    height: int
    strip: int
    bars: list[Bar]
    ticks: list[Ticks]
    now: str
    """Percent, or ""."""


@dataclass
class Group:
    """What there is of one job: it becomes bars or ticks as a whole. items: with the number of the row."""

    items: list[tuple[int, Item]] = field(default_factory=list)
    series: list[Series] = field(default_factory=list)
    count: int = 0

    @property
    def bytes_of_each(self) -> int:
        """Of its name and its address; they are of one job."""
        one = self.items[0][1] if self.items else self.series[0]
        return len(escape(one.name).encode()) + len(one.href)

    def each(self, lines: Sequence[Line]) -> Iterable[tuple[int, Item]]:
        yield from self.items
        for one in self.series:
            for number, line in enumerate(lines):
                yield from ((number, one.make(moment)) for moment in one.on(line))

    def become(self, ticks: Sequence[Taken], days: Days) -> None:
        for number, item in self.items:
            ticks[number].add(item.css, item.begin, item.end)
        for one in self.series:
            if one.length:
                for taken in ticks:
                    taken.add_series(one)
            else:
                for taken, filled in zip(ticks, buckets(one.moments, days), strict=True):
                    taken.fill(one.css, filled)


def hours() -> list[tuple[str, str, str]]:
    """(x, anchor, text) of the axis."""
    anchors = {0: "start", 24: "end"}
    return [(f"{hour / 24:.2%}", anchors.get(hour, "middle"), f"{hour:02}") for hour in range(0, 25, 3)]


def board(
    lines: Sequence[Line], series: Sequence[Series], lanes: Sequence[str], viewer: Viewer, most_bytes: int
) -> list[Row]:
    """lanes: the groups from the top. A group takes as many lanes in every row as it needs in its fullest one.

    most_bytes: of bars on the whole board; beyond it they become ticks.
    """
    ticks = [Taken(line, viewer) for line in lines]
    days = Days(tuple((line.begin, line.end) for line in lines), viewer.zone)
    named = _named(lines, series, ticks, days, most_bytes)
    packed = [_packed(line, items, viewer) for line, items in zip(lines, named, strict=True)]
    busy = any(ticks) or any(len(group) > MOST_LANES for groups in packed for group in groups.values())
    return [
        _row(line, groups, few, _depth(groups, packed, lanes), viewer, busy=busy)
        for line, groups, few in zip(lines, packed, ticks, strict=True)
    ]


def _depth(
    groups: dict[str, list[list[Placed]]], packed: list[dict[str, list[list[Placed]]]], lanes: Sequence[str]
) -> dict[str, int]:
    """Lanes of each group: of several as many as the fullest row needs, so that the eye can go down the days."""
    of = [groups] if len(lanes) == 1 else packed
    most = max(1, MOST_LANES // len(lanes)) if len(lanes) > 1 else MOST_LANES
    return {lane: min(most, max(len(one.get(lane, ())) for one in of)) for lane in lanes}


def _named(
    lines: Sequence[Line], series: Iterable[Series], ticks: Sequence[Taken], days: Days, left: int
) -> list[list[Item]]:
    """What becomes a bar, by row, the others being added to the ticks: what is loud first, then a job as a whole, the
    rare ones first.

    left: bytes that bars may take.
    """
    named: list[list[Item]] = [[] for _ in lines]
    for _, group in sorted(_groups(lines, series, ticks).items(), key=_by_need):
        wanted = group.count * BYTES_OF_A_BAR
        wanted += group.count * group.bytes_of_each if wanted <= left else 0
        if wanted > left:
            group.become(ticks, days)
        else:
            left -= wanted
            for number, item in group.each(lines):
                named[number].append(item)
    return named


def _by_need(found: tuple[tuple[int, str], Group]) -> tuple[int, int, str]:
    """How rare a job is goes by doublings: a daily one of the evening comes once more in a week that is half over."""
    (rank, name), group = found
    return rank, group.count.bit_length(), name


def _groups(
    lines: Sequence[Line], series: Iterable[Series], ticks: Sequence[Taken]
) -> dict[tuple[int, str], Group]:
    """By rank and name. What is never more than a tick is in none."""
    found: dict[tuple[int, str], Group] = defaultdict(Group)
    for number, line in enumerate(lines):
        for item in line.items:
            if item.often:
                ticks[number].add(item.css, item.begin, item.end)
            else:
                group = found[item.rank, item.name or f"row {number}"]
                group.items.append((number, item))
                group.count += 1
    for one in series:
        group = found[one.rank, one.name]
        group.series.append(one)
        group.count += len(one.moments)
    return found


# ---- lanes


Placed = tuple[float, float, float, Item]
"""x, width, room that its name would like, and what it is."""


def _packed(line: Line, items: Iterable[Item], viewer: Viewer) -> dict[str, list[list[Placed]]]:
    """By group its lanes, each without overlaps; where there is a lane more to be had, names get their room too."""
    lanes: dict[str, list[list[Placed]]] = defaultdict(list)
    named: set[str] = set()
    for item in sorted(items, key=lambda item: (item.begin, item.rank)):
        x, width = stretch(line, item.begin, item.end, viewer)
        wanted = _length(item.loud or item.name) if item.loud or item.name not in named else 0.0
        named.add(item.name)
        group = lanes[item.lane]
        free = next((lane for lane in group if _ends(lane, named=True) <= x), None)
        if free is None and len(group) < MOST_LANES - 1:
            group.append(free := [])
        if free is None:
            free = next((lane for lane in group if _ends(lane, named=False) <= x), None)
        if free is None:
            group.append(free := [])
        free.append((x, width, wanted, item))
    return lanes


def _ends(lane: list[Placed], *, named: bool) -> float:
    x, width, label, _item = lane[-1]
    return x + width + GAP + (label if named else 0.0)


def _length(name: str) -> float:
    """Percent that a label takes; a character of full width counts twice."""
    letters = sum(2 if ord(letter) > 0x2E80 else 1 for letter in name[:LONGEST])
    return (letters + 2) * CHARACTER if name else 0.0


def _row(
    line: Line,
    groups: dict[str, list[list[Placed]]],
    taken: Taken,
    depth: dict[str, int],
    viewer: Viewer,
    *,
    busy: bool,
) -> Row:
    bars, y = list[Bar](), TOP
    for lane, count in depth.items():
        for number, placed in enumerate(groups.get(lane, ())):
            if number < count:
                bars += [_bar(one, y + number * LANE) for one in placed]
            else:
                for _, _, _, item in placed:
                    taken.add(item.css, item.begin, item.end)
        y += count * LANE
    now = f"{line.seconds(viewer.now, viewer) / 864:.2f}%" if line.begin <= viewer.now < line.end else ""
    height = max(LOWEST, y + (STRIP + FOOT if busy else FOOT))
    return Row(height, height - STRIP - FOOT, _labelled(bars), taken.ticks(), now)


def _bar(placed: Placed, y: int) -> Bar:
    x, width, _, item = placed
    return Bar(item, x, width, y)


def _labelled(bars: list[Bar]) -> list[Bar]:
    """A name once a row, where most room is; what is loud always, where there is any."""
    room: dict[int, float] = {}
    for _, lane in groupby(sorted(bars, key=lambda bar: (bar.y, bar.x)), key=lambda bar: bar.y):
        of_lane = list(lane)
        for bar, following in zip(of_lane, [*of_lane[1:], None], strict=True):
            room[id(bar)] = (following.x if following else 100.0) - bar.x - bar.width - 0.6
    best: dict[str, Bar] = {}
    for bar in bars:
        name = bar.item.name
        if not bar.item.loud and (name not in best or room[id(bar)] > room[id(best[name])]):
            best[name] = bar
    return [
        bar._replace(label=_short(bar.item.loud or bar.item.name, room[id(bar)]))
        if bar.item.loud or best[bar.item.name] is bar
        else bar
        for bar in bars
    ]


def _short(text: str, room: float) -> str:
    """What of it fits; "" when that says nothing. A character of full width counts twice."""
    fits, used = "", 0.0
    for letter in text[:LONGEST]:
        used += CHARACTER * (2 if ord(letter) > 0x2E80 else 1)
        if used > room - CHARACTER:
            return f"{fits}…" if len(fits) >= SHORTEST else ""
        fits += letter
    return fits + ("…" if len(text) > LONGEST else "")
