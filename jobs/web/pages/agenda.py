"""A day hour by hour, as a list: for readers, phones and small targets. Who runs often has one line."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import NamedTuple

from django.utils import dateformat
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from jobs.web.addresses import address
from jobs.web.ahead import Ahead
from jobs.web.happened import Done, Past
from jobs.web.marks import BAD, Mark, mark
from jobs.web.outcomes import Usual
from jobs.web.rhythm import rhythm
from jobs.web.viewer import Viewer
from jobs.web.words import number, took

OFTEN, MOST, MOST_BYTES = 8, 60, 13_000


@dataclass(frozen=True)
class Entry:
    """mark: None for what is due; text stands in its place. at: to sort by."""

    at: datetime
    when: SafeString
    job: str
    href: str
    mark: Mark | None
    text: str
    took: str


class Draft(NamedTuple):
    """One that is written when there is room for it."""

    at: datetime
    write: Callable[[], Entry]
    needs_you: bool = False


@dataclass(frozen=True)
class Agenda:
    day: date
    name: str
    entries: list[Entry]
    more: int


def agenda(
    day: date,
    past: Past,
    future: Sequence[Ahead],
    usual: dict[int, Usual],
    viewer: Viewer,
) -> Agenda:
    begin, end = viewer.begin(day), viewer.begin(day + timedelta(days=1))
    runs = [run for run in past.runs if run.is_over and run.at < end and run.end >= begin]
    drafts = _of_runs(runs, begin, viewer)
    drafts += [
        Draft(run.started_at, partial(_going, run, viewer), needs_you=True)
        for run in past.live
        if run.started_at and begin <= viewer.now < end
    ]
    drafts += [draft for one in future for draft in _due(one, begin, end, usual, viewer)]
    shown = _fitting(drafts, viewer.now)
    name = dateformat.format(day, pgettext("date", "l j F"))
    return Agenda(day, name, sorted(shown, key=lambda entry: entry.at), len(drafts) - len(shown))


def _fitting(drafts: list[Draft], now: datetime) -> list[Entry]:
    """What needs somebody, then the nearest: so many rows, and so many bytes."""
    left, shown = MOST_BYTES, list[Entry]()
    for draft in sorted(drafts, key=lambda draft: (not draft.needs_you, abs(draft.at - now)))[:MOST]:
        entry = draft.write()
        left -= 320 + len(escape(entry.job + entry.text).encode()) + len(entry.href)
        if left < 0:
            break
        shown.append(entry)
    return shown


def _of_runs(runs: list[Done], begin: datetime, viewer: Viewer) -> list[Draft]:
    counts = Counter(run.job_name for run in runs)
    often = {name for name, count in counts.items() if count > OFTEN}
    newest = {run.job_name: run for run in runs if run.job_name in often and run.status not in BAD}
    alone = [run for run in runs if run.job_name not in often or run.status in BAD]
    rows = [(run, 0) for run in alone] + [(run, counts[name]) for name, run in newest.items()]
    return [
        Draft(run.at, partial(_run, run, count, begin, viewer), needs_you=run.status in BAD)
        for run, count in rows
    ]


def _run(run: Done, count: int, begin: datetime, viewer: Viewer) -> Entry:
    lasted = run.finished_at - run.started_at if run.started_at and run.finished_at else None
    return Entry(
        at=run.at,
        when=_when(run.at, begin, viewer),
        job=run.job_name,
        href=run.url,
        mark=run.mark,
        text=_("the last of %(n)s") % {"n": number(count)} if count else "",
        took=took(lasted.total_seconds()) if lasted else "",
    )


def _when(at: datetime, begin: datetime, viewer: Viewer) -> SafeString:
    """With its weekday where the list begins later."""
    day = "" if at >= begin else dateformat.format(viewer.local(at), "D") + " "
    return viewer.tag(at, day + viewer.clock(at))


def _going(run: Done, viewer: Viewer) -> Entry:
    assert run.started_at is not None
    lasts = took((viewer.now - run.started_at).total_seconds())
    when = viewer.short_tag(run.started_at)
    return Entry(
        run.started_at,
        when,
        run.job_name,
        run.url,
        mark(run.status),
        "",
        lasts,
    )


def _due(one: Ahead, begin: datetime, end: datetime, usual: dict[int, Usual], viewer: Viewer) -> list[Draft]:
    first = bisect_left(one.moments, begin)
    moments = one.moments[first : bisect_left(one.moments, end, first)]
    bands = [max(start, begin) for start, until in one.bands if start < end and until >= begin]
    length = usual.get(one.schedule.job_id)
    if len(moments) > OFTEN or bands:
        at = moments[0] if moments else bands[0]
        return [Draft(at, partial(_coming, one, at, rhythm(one.schedule, viewer.zone.key), length, viewer))]
    return [Draft(at, partial(_coming, one, at, "", length, viewer)) for at in moments]


def _coming(one: Ahead, at: datetime, text: str, length: Usual | None, viewer: Viewer) -> Entry:
    job, lasts = one.schedule.job.name, took(length.median) if length else ""
    return Entry(at, viewer.clock_tag(at), job, address("job", job), None, text or viewer.away(at), lasts)
