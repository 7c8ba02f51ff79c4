"""The board of a calendar: a row a day (or a job), the hours from left to right as the wall clock shows them.

What happened is filled, a forecast outlined. What is too much to be named goes as ticks into the strip at a row's foot.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby

from django.utils.html import escape

from jobs.web.viewer import Viewer

TOP, LANE, BAR, STRIP, FOOT, LOWEST = 8, 18, 14, 8, 4, 56
MOST_LANES, LEAST_WIDTH, GAP = 5, 0.5, 0.12
CHARACTER = 0.82
"""Percent that one letter of a label takes on the narrowest board that shows labels."""
SHORTEST, LONGEST = 5, 28
"""Letters of a label."""
BUCKETS = 288
"""Ticks of a row: one for five minutes of a day."""
BYTES_OF_A_BAR = 230


@dataclass(frozen=True)
class Item:
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


@dataclass(frozen=True)
class Bar:
    """x and width in percent, y in pixels. label: what is written beside it; "" for nothing."""

    item: Item
    x: float
    width: float
    y: int
    label: str = ""

    @property
    def title(self) -> str:
        return self.item.write()

    @property
    def left(self) -> str:
        return f"{self.x:.2f}%"

    @property
    def wide(self) -> str:
        return f"{self.width:.2f}%"

    @property
    def right(self) -> str:
        return f"{self.x + (0 if self.item.ring else self.width):.2f}%"

    @property
    def under(self) -> int:
        return self.y + BAR + 2

    @property
    def over(self) -> int:
        return self.y - 4

    @property
    def middle(self) -> int:
        return self.y + BAR // 2

    @property
    def base(self) -> int:
        return self.y + 11

    @property
    def tint(self) -> int:
        return self.y - 3


@dataclass(frozen=True)
class Ticks:
    css: str
    path: str


@dataclass(frozen=True)
class Row:
    height: int
    strip: int
    bars: list[Bar]
    ticks: list[Ticks]
    now: str
    """Percent, or ""."""


@dataclass
class Line:
    """What goes into one row: the day whose clock it shows, and its items."""

    begin: datetime
    end: datetime
    items: list[Item] = field(default_factory=list)


@dataclass
class Budget:
    """So many bytes of bars on the whole board: beyond it they become ticks."""

    left: int

    def take(self, items: list[Item]) -> bool:
        one = items[0]  # they are of one job
        wanted = len(items) * (BYTES_OF_A_BAR + len(escape(one.name).encode()) + len(one.href))
        if wanted > self.left:
            return False
        self.left -= wanted
        return True


def hours() -> list[tuple[str, str, str]]:
    """(x, anchor, text) of the axis."""
    anchors = {0: "start", 24: "end"}
    return [(f"{hour / 24:.2%}", anchors.get(hour, "middle"), f"{hour:02}") for hour in range(0, 25, 3)]


def place(moment: datetime, viewer: Viewer) -> float:
    """Percent of the day, by the wall clock."""
    local = viewer.local(moment)
    return (local.hour * 3600 + local.minute * 60 + local.second) / 864


def board(lines: Sequence[Line], lanes: Sequence[str], viewer: Viewer, most_bytes: int) -> list[Row]:
    """lanes: the groups from the top. A group takes as many lanes in every row as it needs in its fullest one."""
    named, ticks = _named(lines, Budget(most_bytes))
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


def _named(lines: Sequence[Line], budget: Budget) -> tuple[list[list[Item]], list[list[Item]]]:
    """What becomes a bar and what a tick, by row: what is loud first, then a job as a whole, the rare ones first."""
    named: list[list[Item]] = [[] for _ in lines]
    ticks: list[list[Item]] = [[] for _ in lines]
    groups: dict[tuple[int, str], list[tuple[int, Item]]] = defaultdict(list)
    for number, line in enumerate(lines):
        for item in line.items:
            if item.often:
                ticks[number].append(item)
            else:
                groups[item.rank, item.name or f"row {number}"].append((number, item))
    for _, items in sorted(groups.items(), key=lambda group: (group[0][0], len(group[1]), group[0][1])):
        chosen = named if budget.take([item for _, item in items]) else ticks
        for number, item in items:
            chosen[number].append(item)
    return named, ticks


# ---- lanes


Placed = tuple[float, float, float, Item]
"""x, width, room that its name would like, and what it is."""


def _packed(line: Line, items: Iterable[Item], viewer: Viewer) -> dict[str, list[list[Placed]]]:
    """By group its lanes, each without overlaps; where there is a lane more to be had, names get their room too."""
    lanes: dict[str, list[list[Placed]]] = defaultdict(list)
    named: set[str] = set()
    for item in sorted(items, key=lambda item: (item.begin, item.rank)):
        x, width = _stretch(line, item.begin, item.end, viewer)
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


def _stretch(line: Line, begin: datetime, end: datetime, viewer: Viewer) -> tuple[float, float]:
    """x and width within the row: by the wall clock where it begins, then as long as it takes."""
    begin, end = max(begin, line.begin), min(end, line.end)
    x = min(place(begin, viewer), 100 - LEAST_WIDTH)
    return x, min(100 - x, max(LEAST_WIDTH, (end - begin).total_seconds() / 864))


def _row(
    line: Line,
    groups: dict[str, list[list[Placed]]],
    ticks: list[Item],
    depth: dict[str, int],
    viewer: Viewer,
    *,
    busy: bool,
) -> Row:
    bars, y, ticks = list[Bar](), TOP, list(ticks)
    for lane, count in depth.items():
        for number, placed in enumerate(groups.get(lane, ())):
            if number < count:
                bars += [_bar(one, y + number * LANE) for one in placed]
            else:
                ticks += [item for _, _, _, item in placed]
        y += count * LANE
    now = f"{place(viewer.now, viewer):.2f}%" if line.begin <= viewer.now < line.end else ""
    height = max(LOWEST, y + (STRIP + FOOT if busy else FOOT))
    return Row(height, height - STRIP - FOOT, _labelled(bars), _ticks(line, ticks, viewer), now)


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
        replace(bar, label=_short(bar.item.loud or bar.item.name, room[id(bar)]))
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


# ---- ticks


def _ticks(line: Line, items: Iterable[Item], viewer: Viewer) -> list[Ticks]:
    """One path a colour, in buckets of five minutes; neighbours are one tick."""
    taken: dict[str, set[int]] = defaultdict(set)
    for item in items:
        x, width = _stretch(line, item.begin, item.end, viewer)
        first = int(x / 100 * BUCKETS)
        last = max(first, int((x + width) / 100 * BUCKETS - 0.001)) if item.end > item.begin else first
        taken[item.css].update(range(first, min(last, BUCKETS - 1) + 1))
    order = ("due", "none", "ran", "odd", "now", "late", "broke")
    return [Ticks(css, _path(sorted(taken[css]))) for css in order if taken[css]]


def _path(buckets: list[int]) -> str:
    parts, start = [], 0
    for place_, bucket in enumerate(buckets):
        if place_ + 1 == len(buckets) or buckets[place_ + 1] != bucket + 1:
            width = bucket - buckets[start] + 1
            parts.append(f"M{buckets[start]} 0h{width}v1h-{width}z")
            start = place_ + 1
    return "".join(parts)
