"""Strip: the last outcomes of a job. Height is duration, shape is outcome: failed hangs, timed out has a cap."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from statistics import median
from typing import NamedTuple

from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from jobs.web.marks import mark
from jobs.web.outcomes import Outcome
from jobs.web.words import listed

COLUMN, BAR, BASE, TALLEST, LEAST = 8, 6, 20, 17, 3
FOUR_HOURS = 4 * 3600
DOTS = {"missed": "odd", "skipped": "none", "waits": "now"}


class Path(NamedTuple):
    css: str
    d: str


class Dot(NamedTuple):
    css: str
    x: int


@dataclass(frozen=True)
class Strip:
    width: int
    paths: list[Path]
    dots: list[Dot]
    label: str

    @property
    def shapes(self) -> SafeString:
        """A template takes five times as long for it, and a page has 50."""
        paths = format_html_join("", '<path class="{}" d="{}"/>', self.paths)
        dots = format_html_join("", '<circle class="{}" cx="{}" cy="17" r="2.25"/>', self.dots)
        return paths + dots


def strip(outcomes: Sequence[Outcome], columns: int = 20) -> Strip:
    """outcomes: oldest first; fewer than `columns` stand at the right."""
    shown = list(outcomes)[-columns:]
    usual = usual_of(shown)
    paths, dots, ran = [], [], ""
    for index, outcome in enumerate(shown, start=columns - len(shown)):
        x, height = index * COLUMN + 1, _height(outcome.seconds, usual)
        kind = _kind(outcome)
        if kind == "ran":
            ran += f"M{x} {BASE - height}h{BAR}v{height}h-{BAR}z"
        elif kind in DOTS:
            dots.append(Dot(DOTS[kind], x + 3))
        else:
            paths.append(_path(kind, x, height))
    if ran:
        paths.insert(0, Path("ran", ran))
    return Strip(columns * COLUMN, paths, dots, said(shown))


def usual_of(outcomes: Sequence[Outcome]) -> float:
    good = [outcome.seconds for outcome in outcomes if outcome.status == "succeeded" and outcome.seconds]
    return median(good) if good else 0.0


def said(outcomes: Sequence[Outcome]) -> str:
    """For those who do not see it: `Last 20 runs: 18 succeeded, 2 failed; the latest failed`."""
    if not outcomes:
        return _("No runs yet")
    words, last = _words(outcomes), outcomes[-1].word.lower()
    if len(words) == 1:
        return _("Last %(n)d runs: all %(word)s") % {"n": len(outcomes), "word": last}
    told = listed([f"{count} {word}" for word, count in words.most_common()])
    return _("Last %(n)d runs: %(told)s; the latest %(last)s") % {
        "n": len(outcomes),
        "told": told,
        "last": last,
    }


def _words(outcomes: Sequence[Outcome]) -> Counter[str]:
    """Each looked up once: a translation costs more than all the counting."""
    words = Counter[str]()
    for (status, warned), count in Counter((one.status, one.warned) for one in outcomes).items():
        words[mark(status, warned=warned).word.lower()] += count
    return words


def _kind(outcome: Outcome) -> str:
    if outcome.status == "succeeded":
        return "odd" if outcome.warned else "ran"
    return {
        "failed": "broke",
        "lost": "broke",
        "timed_out": "late",
        "missed": "missed",
        "skipped": "skipped",
        "cancelled": "none",
        "queued": "waits",
    }.get(outcome.status, "now")


def _height(seconds: float | None, usual: float) -> int:
    """A usual run is as tall as its order of magnitude; the others are compared with it."""
    level = LEAST + 11 * log(1 + usual) / log(1 + FOUR_HOURS)
    ratio = seconds / usual if usual and seconds is not None else 1.0
    return round(max(LEAST, min(TALLEST, level * ratio)))


def _path(kind: str, x: int, height: int) -> Path:
    top = BASE - height
    if kind == "broke":
        return Path("broke", f"M{x} {top}h{BAR}v{height}h-{BAR}zM{x} {BASE + 1}h{BAR}v10h-{BAR}z")
    if kind == "late":
        cap, height = min(top, BASE - 8), max(height, 8)
        return Path("late", f"M{x - 1} {cap}h8v3h-1v{height - 3}h-{BAR}v-{height - 3}h-1z")
    inner = max(height - 1.5, 2.5)
    return Path(kind, f"M{x + 0.75} {BASE - 0.75 - inner}h4.5v{inner}h-4.5z")
