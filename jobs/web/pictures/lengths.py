"""How long the last runs took: one bar each, the usual time as a line, the middle half as a band."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jobs.web.outcomes import Outcome, Usual
from jobs.web.viewer import Viewer
from jobs.web.words import took

TOP, BASE, COLUMNS = 20.0, 148.0, 30
STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 28800, 86400)


@dataclass(frozen=True)
class Bar:
    css: str
    x: str
    y: str
    height: str
    title: str
    href: str
    hangs: bool


@dataclass(frozen=True)
class Rule:
    y: str
    text_y: str
    text: str


@dataclass(frozen=True)
class Lengths:
    bars: list[Bar]
    rules: list[Rule]
    median: str
    band_y: str
    band_height: str
    width: str
    end: str
    first: str
    last: str


def lengths(outcomes: Sequence[Outcome], usual: Usual | None, viewer: Viewer) -> Lengths | None:
    """outcomes: oldest first, those that took time. None when there are fewer than three."""
    shown = [outcome for outcome in outcomes if outcome.seconds is not None and outcome.is_over][-COLUMNS:]
    if len(shown) < 3:
        return None
    most = max(outcome.seconds or 0 for outcome in shown) or 0.1
    step = next((step for step in STEPS if most / step <= 3), STEPS[-1])
    scale = (BASE - TOP) / most
    pitch = 88 / max(len(shown), 12)
    return Lengths(
        bars=[_bar(outcome, index * pitch, scale) for index, outcome in enumerate(shown)],
        rules=[_rule(step * count, scale) for count in range(1, int(most / step) + 1)],
        median=f"{BASE - usual.median * scale:.1f}" if usual else "",
        band_y=f"{BASE - usual.high * scale:.1f}" if usual else "",
        band_height=f"{(usual.high - usual.low) * scale:.1f}" if usual else "",
        width=f"{pitch * 0.74:.2f}%",
        end=f"{min(100, len(shown) * pitch):.2f}%",
        first=viewer.day(shown[0].at) if len(shown) > 8 else "",
        last=viewer.day(shown[-1].at),
    )


def _bar(outcome: Outcome, x: float, scale: float) -> Bar:
    height = max(2.0, (outcome.seconds or 0) * scale)
    css = {"succeeded": "ran", "failed": "broke", "lost": "broke", "timed_out": "late"}.get(
        outcome.status, "none"
    )
    return Bar(
        "odd" if outcome.warned and css == "ran" else css,
        f"{x:.2f}%",
        f"{BASE - height:.1f}",
        f"{height:.1f}",
        f"{outcome.word}, {took(outcome.seconds or 0)}",
        outcome.url,
        css == "broke",
    )


def _rule(seconds: float, scale: float) -> Rule:
    y = BASE - seconds * scale
    return Rule(f"{y:.1f}", f"{y - 4:.1f}", took(seconds))
