"""What went wrong since somebody last looked, and is good again: nothing that needs them, but something to know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db.models.expressions import RawSQL
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from jobs.models import Run, Source
from jobs.web.happened import any_of, ids_of
from jobs.web.marks import BAD, Mark
from jobs.web.outcomes import COLUMNS, Outcome
from jobs.web.viewer import Viewer
from jobs.web.words import number

DAY = timedelta(hours=24)
OF_EACH, SHOWN = 20, 8


@dataclass(frozen=True)
class Row:
    run: int
    job: str
    mark: Mark
    when: SafeString
    times: str


@dataclass(frozen=True)
class Meanwhile:
    """new: how many of the jobs that need somebody went wrong since."""

    since: SafeString
    rows: list[Row]
    more: int
    new: int


def meanwhile(
    since: datetime,
    recent: list[Outcome] | None,
    names: Mapping[int, str],
    needy: Iterable[int],
    viewer: Viewer,
) -> Meanwhile:
    """recent: all ends of the last 24 hours, newest first; None when they are too many. Older ones cost a query."""
    bad = [run for run in recent or [] if run.status in BAD]
    if recent is None or since < viewer.now - DAY:
        bad = _bad_ones(since)
    fresh = [run for run in bad if run.finished_at and run.finished_at >= since and run.job_id in names]
    waiting = set(needy)
    counts = Counter(run.job_id for run in fresh)
    newest = {run.job_id: run for run in reversed(fresh) if run.job_id not in waiting}
    rows = [_row(run, names[job], counts[job], viewer) for job, run in newest.items()]
    return Meanwhile(
        since=viewer.day_clock_tag(since),
        rows=rows[::-1][:SHOWN],
        more=max(0, len(rows) - SHOWN),
        new=len(waiting & counts.keys()),
    )


def _bad_ones(since: datetime) -> list[Outcome]:
    """Those that ended since, of the newest of each kind, newest first."""
    rows = Run.objects.filter(pk__in=RawSQL(*_newest_of_each())).filter(finished_at__gte=since)
    found = map(Outcome._make, rows.values_list(*COLUMNS))
    return sorted(found, key=lambda run: run.finished_at or run.at, reverse=True)


@cache
def _newest_of_each() -> tuple[str, list[Any]]:
    """The ids of the newest of each kind, each bound to the index on status and source. Told once: Django takes 5 ms to say it."""
    parts = [
        ids_of(Run.objects.filter(status=status, source=source).order_by("-id")[:OF_EACH])
        for status in BAD
        for source in Source.values
    ]
    return any_of(parts)


def _row(run: Outcome, job: str, count: int, viewer: Viewer) -> Row:
    times = ngettext("once, good again", "%(n)s times, good again", count) % {"n": number(count)}
    at = run.finished_at or run.at
    return Row(run.id, job, run.mark, viewer.tag(at, viewer.away(at)), times)


def in_words(found: Meanwhile) -> str:
    """For the summary: `Two of them since you last looked.`"""
    if not found.new:
        return ""
    words = ngettext(
        "%(n)s job went wrong since you last looked.",
        "%(n)s jobs went wrong since you last looked.",
        found.new,
    )
    return words % {"n": number(found.new)}
