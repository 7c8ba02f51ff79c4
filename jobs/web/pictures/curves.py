"""Curves: what a run's programs used, on the time axis of its timeline."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from jobs.services import Sample
from jobs.web.pictures.timeline import PAPER
from jobs.web.words import number, size

MOST = 120
"""Points of a curve: what the eye can tell apart, and a poll can carry."""
HEIGHT, ROOM = 100.0, 6.0


@dataclass(frozen=True)
class Curve:
    """what: its name; most: the highest value, in words; d: an SVG path in a box of 100 x 100."""

    what: str
    most: str
    d: str


def curves(points: Sequence[Sample], span: float) -> list[Curve]:
    """span: seconds of the whole axis. None for a run that was over before it was measured."""
    if not points:
        return []
    shown = _thinned(points)
    cpu = max(point.cpu for point in points)
    memory = max(point.memory for point in points)
    return [
        Curve(
            _("Processor"),
            _("%(n)s%% of a core at most") % {"n": number(round(cpu))},
            _path(shown, span, _cpu),
        ),
        Curve(_("Memory"), _("%(size)s at most") % {"size": size(memory)}, _path(shown, span, _memory)),
    ]


def _cpu(point: Sample) -> float:
    return point.cpu


def _memory(point: Sample) -> float:
    return float(point.memory)


def _thinned(points: Sequence[Sample]) -> list[Sample]:
    """Of each few neighbours the one moment with the highest values of them all."""
    step = -(-len(points) // MOST)
    groups = [points[first : first + step] for first in range(0, len(points), step)]
    return [
        Sample(
            group[-1].at,
            max(one.cpu for one in group),
            max(one.memory for one in group),
            max(one.processes for one in group),
        )
        for group in groups
    ]


def _path(points: Sequence[Sample], span: float, value: Callable[[Sample], float]) -> str:
    """An area: from the axis to the first value, along all of them, and back down."""
    most = max(map(value, points)) or 1.0
    x = [min(point.at / max(span, points[-1].at) * PAPER, PAPER) for point in points]
    y = [HEIGHT - value(point) / most * (HEIGHT - ROOM) for point in points]
    line = "".join(f"L{across:.1f} {down:.1f}" for across, down in zip(x, y, strict=True))
    return f"M0 {HEIGHT:g}{line}V{HEIGHT:g}Z"
