"""Timeline of one run: hooks and programs on one time axis, so that the eye can fall from cause to effect."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from jobs.web.viewer import Viewer
from jobs.web.words import took_exactly

STEPS = (
    0.05,
    0.1,
    0.2,
    0.5,
    1,
    2,
    5,
    10,
    15,
    30,
    60,
    120,
    300,
    600,
    900,
    1800,
    3600,
    7200,
    10800,
    21600,
    43200,
    86400,
)
MOST_TICKS = 5
LEAST_WIDTH = 0.35
PAPER = 97.5
"""Percent of the width that the run takes; the rest is room for the last label."""

Place = Callable[[float], float]
"""Epoch seconds to percent."""


@dataclass(frozen=True)
class Stretch:
    """One thing that lasted. css: hook, hold, program or broke."""

    what: str
    of: str
    css: str
    started: float
    ended: float


@dataclass(frozen=True)
class Row:
    what: str
    of: str
    css: str
    x: str
    width: str
    took: str


@dataclass(frozen=True)
class Tick:
    x: str
    anchor: str
    text: str
    loud: bool = False


@dataclass(frozen=True)
class Timeline:
    groups: list[list[Row]]
    ticks: list[Tick]
    moment: str
    label: str


def timeline(
    groups: Sequence[Sequence[Stretch]],
    start: datetime,
    end: datetime,
    viewer: Viewer,
    broke_at: float | None = None,
) -> Timeline | None:
    """groups: hooks, then programs; each becomes a body of the table. None when nothing lasted."""
    shown = [list(group) for group in groups if group]
    if not shown:
        return None
    first = min([start.timestamp(), *(stretch.started for group in shown for stretch in group)])
    last = max([end.timestamp(), *(stretch.ended for group in shown for stretch in group)])
    span = max(last - first, 0.001)

    def at(epoch: float) -> float:
        return (epoch - first) / span * PAPER

    moment = at(broke_at) if broke_at is not None else None
    return Timeline(
        groups=[[_row(stretch, at) for stretch in group] for group in shown],
        ticks=_ticks(first, span, viewer, moment),
        moment=f"{moment:.2f}%" if moment is not None else "",
        label=_("%(first)s to %(last)s")
        % {
            "first": viewer.clock(viewer.epoch(first), seconds=True),
            "last": viewer.clock(viewer.epoch(last), seconds=True),
        },
    )


def _row(stretch: Stretch, place: Place) -> Row:
    x = min(place(stretch.started), PAPER)
    width = max(LEAST_WIDTH, min(place(stretch.ended), 100) - x)
    return Row(
        stretch.what,
        stretch.of,
        stretch.css,
        f"{x:.2f}%",
        f"{width:.2f}%",
        took_exactly(stretch.ended - stretch.started),
    )


def _ticks(first: float, span: float, viewer: Viewer, moment: float | None) -> list[Tick]:
    step = next((step for step in STEPS if span / step <= MOST_TICKS), STEPS[-1])
    clock = step >= 1
    begin = -(-first // step) * step if clock else first
    ticks: list[Tick] = []
    epoch = begin
    while epoch <= first + span and len(ticks) <= MOST_TICKS + 1:
        x = (epoch - first) / span * PAPER
        text = viewer.clock(viewer.epoch(epoch), seconds=step < 60) if clock else _seconds(epoch - first)
        if moment is None or abs(x - moment) > 9:
            ticks.append(Tick(f"{x:.2f}%", _anchor(x), text))
        epoch += step
    if not ticks or float(ticks[0].x.rstrip("%")) > (12 if step >= 60 else 22):
        ticks.insert(
            0,
            Tick(
                "0", "start", viewer.clock(viewer.epoch(first), seconds=step < 60) if clock else _seconds(0)
            ),
        )
    if moment is not None:
        told = viewer.epoch(first + moment / PAPER * span)
        text = viewer.clock(told, seconds=step < 60) if clock else _seconds(moment / PAPER * span)
        ticks.append(Tick(f"{moment:.2f}%", _anchor(moment), text, loud=True))
    return ticks


def _seconds(since: float) -> str:
    return _("%(n)s s") % {"n": f"{since:.2f}".rstrip("0").rstrip(".")}


def _anchor(x: float) -> str:
    return "start" if x < 4 else "end" if x > 95 else "middle"
