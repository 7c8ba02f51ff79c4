"""The calendar: what happened in a week or a day, what is due, and what will be in the way of what."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils import dateformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from jobs import services
from jobs.models import Quiet, Status
from jobs.services.collisions import MOST_MOMENTS
from jobs.services.upcoming import Coming
from jobs.web.ahead import Ahead, ahead
from jobs.web.happened import Done, Past, happened
from jobs.web.marks import so_many
from jobs.web.outcomes import usual_lately
from jobs.web.pages.agenda import Agenda, agenda
from jobs.web.pages.boarditems import Seen, items_of
from jobs.web.pages.clashes import Clash, clashes, clock_changes
from jobs.web.pictures.board import Row, board, hours
from jobs.web.pictures.boardlines import Item, Line, Series, due_on
from jobs.web.span import Span
from jobs.web.viewer import Viewer
from jobs.web.words import clauses, listed, number, paragraph

MOST_BYTES = 60_000
"""Of bars. Packed, the page is a seventh of what it holds."""
MOST_ROWS, MOST_TAGS, MOST_LANES, MOST_USUAL = 40, 8, 4, 200


@dataclass(frozen=True)
class Choice:
    word: str
    url: str
    current: bool
    is_tag: bool = False


@dataclass(frozen=True)
class BoardRow:
    """href: the day, or the job. picture: see pictures.board."""

    name: str
    said: str
    href: str
    is_today: bool
    picture: Row
    label: str


@dataclass(frozen=True)
class CalendarPage:
    title: str
    summary: str
    lanes: str
    span: Span
    today: str
    holds_today: bool
    where: list[Choice]
    spans: list[Choice]
    hours: list[tuple[str, str, str]]
    rows: list[BoardRow]
    folded: str
    clashes: list[Clash]
    agenda: Agenda


def calendar_page(span: Span, viewer: Viewer, health: services.Health, quiet: Quiet | None) -> CalendarPage:
    first, until = span.bounds(viewer)
    seen = _seen(first, until, viewer, health.slots, quiet.until if quiet else viewer.now)
    everything = seen.tags()
    where = _where(span, seen, everything)
    _keep(seen, span)
    items, series = items_of(seen, viewer)
    today = viewer.local(viewer.now).date()
    chosen = span.first if span.days == 1 or not span.holds(today) else today
    rows, folded = _rows(span, items, series, seen, viewer)
    return CalendarPage(
        title=span.title(),
        summary=_summary(seen, viewer),
        lanes=_lanes_in_words(_lanes(items, series)) if span.days > 1 else "",
        span=span,
        today=span.url(first=_same_kind(span, today)),
        holds_today=span.holds(today),
        where=where,
        spans=[
            Choice(_("Day"), span.url(first=chosen, days=1), span.days == 1),
            Choice(
                _("Week"),
                span.url(first=span.first - timedelta(days=span.first.weekday()), days=7),
                span.days == 7,
            ),
        ],
        hours=hours(),
        rows=rows,
        folded=folded,
        clashes=[*clock_changes(span, viewer), *clashes(seen.meetings, viewer)],
        agenda=agenda(chosen, seen.past, seen.future, seen.usual, viewer),
    )


def _same_kind(span: Span, today: date) -> date:
    return today if span.days == 1 else today - timedelta(days=today.weekday())


# ---- what there is


def _seen(first: datetime, until: datetime, viewer: Viewer, slots: int, due_from: datetime) -> Seen:
    """Four queries."""
    now = viewer.now
    past = happened(first, until, now)
    future, more = ahead(first, until, due_from)
    jobs = dict.fromkeys(run.job_id for run in past.live if run.job_id)
    jobs |= dict.fromkeys(one.schedule.job_id for one in future)
    lengths = usual_lately(list(jobs)[:MOST_USUAL])
    timed = [one for one in future if one.schedule.job_id in lengths]  # of others nobody knows whom they meet
    coming = list(islice(heapq.merge(*map(_coming, timed)), MOST_MOMENTS))
    active = [run.as_run() for run in past.live if run.job_id and run.status != Status.QUEUED]
    meetings = services.meetings(
        coming=coming, active=active, lengths=lengths, slots=slots, zone=viewer.zone.key
    )
    return Seen(past, future, more, lengths, meetings)


def _coming(one: Ahead) -> Iterator[Coming]:
    return (Coming(at, one.schedule.pk, one.schedule) for at in one.moments)


def _keep(seen: Seen, span: Span) -> None:
    """Only what is asked for."""
    if span.tag:
        _keep_runs(seen, lambda run: span.tag in run.tags)
        seen.future = [one for one in seen.future if span.tag in one.schedule.job.tags]
    if span.pool:
        _keep_runs(seen, lambda run: run.pool == span.pool)
        seen.future = [one for one in seen.future if span.pool == "local"]
    if span.tag or span.pool:
        names = {one.schedule.job.name for one in seen.future}
        seen.meetings = [one for one in seen.meetings if one.job in names]


def _keep_runs(seen: Seen, wanted: Callable[[Done], bool]) -> None:
    past = seen.past
    seen.past = Past(list(filter(wanted, past.runs)), past.full, list(filter(wanted, past.live)))


def _where(span: Span, seen: Seen, tags: Counter[str]) -> list[Choice]:
    found = [Choice(_("Everything"), span.url(tag="", pool=""), not span.tag and not span.pool)]
    pools = sorted({run.pool for run in [*seen.past.runs, *seen.past.live]})
    if len(pools) > 1:
        found += [Choice(pool, span.url(pool=pool, tag=""), pool == span.pool) for pool in pools]
    limited = [tag for tag in settings.MXX_TAG_SLOTS if tag in tags]
    common = [tag for tag, _count in tags.most_common(MOST_TAGS) if tag not in limited]
    shown = [*limited, *common][:MOST_TAGS]
    shown += [span.tag] if span.tag and span.tag not in shown else []
    return found + [Choice(tag, span.url(tag=tag, pool=""), tag == span.tag, is_tag=True) for tag in shown]


# ---- rows


def _rows(
    span: Span, items: list[Item], series: list[Series], seen: Seen, viewer: Viewer
) -> tuple[list[BoardRow], str]:
    if span.days == 1:
        one_by_one = [one.make(moment) for one in series for moment in one.moments]
        return _rows_of_jobs(span, [*items, *one_by_one], viewer)
    lines = [Line(viewer.begin(day), viewer.begin(day + timedelta(days=1))) for day in span.dates()]
    for line in lines:
        line.items = [item for item in items if item.begin < line.end and item.end >= line.begin]
        line.items = [item for item in line.items if item.end > line.begin or item.begin >= line.begin]
    lanes = _lanes(items, series)
    pictures = board(lines, series, lanes, viewer, MOST_BYTES)
    today = viewer.local(viewer.now).date()
    rows = [
        BoardRow(
            dateformat.format(day, pgettext("date", "D j")),
            _said(line, due, seen, viewer),
            span.url(first=day, days=1),
            day == today,
            picture,
            dateformat.format(day, pgettext("date", "l j F")),
        )
        for day, line, due, picture in zip(span.dates(), lines, due_on(lines, series), pictures, strict=True)
    ]
    return rows, _not_drawn(seen)


def _rows_of_jobs(span: Span, items: list[Item], viewer: Viewer) -> tuple[list[BoardRow], str]:
    begin, end = span.bounds(viewer)
    by_job: dict[str, list[Item]] = {}
    for item in sorted(items, key=lambda item: (item.rank > 1, item.begin)):
        by_job.setdefault(item.name, []).append(item)
    shown = sorted(list(by_job)[:MOST_ROWS], key=lambda name: min(item.begin for item in by_job[name]))
    lines = [Line(begin, end, by_job[name]) for name in shown]
    for line in lines:
        line.items = [_in_one_lane(item) for item in line.items]
    pictures = board(lines, [], [""], viewer, MOST_BYTES) if lines else []
    rows = [
        BoardRow(name, _counts(line.items), _runs_of(name), False, picture, name)
        for name, line, picture in zip(shown, lines, pictures, strict=True)
    ]
    left = len(by_job) - len(shown)
    words = ngettext("%(n)s more job is not drawn.", "%(n)s more jobs are not drawn.", left)
    return rows, words % {"n": number(left)} if left else ""


def _runs_of(name: str) -> str:
    """Not the job's page: what ran from a file has none."""
    return f"{reverse('web:runs')}?{urlencode({'job': name})}"


def _in_one_lane(item: Item) -> Item:
    """A row that is one job's needs no lanes, and its name stands at the head."""
    return item._replace(lane="", name="", loud="")


def _lanes(items: list[Item], series: list[Series]) -> list[str]:
    """Those that are in use, in the order of the settings; the rest last."""
    used = {item.lane for item in items} | {one.lane for one in series}
    known = [lane for lane in settings.MXX_TAG_SLOTS if lane in used]
    others = sorted(used.difference(known, [""]))
    return [*[*known, *others][: MOST_LANES - 1], ""]


def _lanes_in_words(lanes: list[str]) -> str:
    words = clauses([lane or _("the rest") for lane in lanes])
    return _("Each day from the top: %(lanes)s.") % {"lanes": words} if len(lanes) > 1 else ""


def _not_drawn(seen: Seen) -> str:
    words = ngettext(
        "%(n)s more schedule is not forecast.", "%(n)s more schedules are not forecast.", seen.more
    )
    return words % {"n": number(seen.more)} if seen.more else ""


# ---- in words


def _said(line: Line, due: int, seen: Seen, viewer: Viewer) -> str:
    inside = [item for item in line.items if item.band or line.begin <= item.begin < line.end]
    full = any(begin < line.end and end > line.begin for begin, end in seen.past.full)
    return _counts(inside, due, at_least=full)


def _counts(items: list[Item], due: int = 0, *, at_least: bool = False) -> str:
    """due: how many more than the items tell."""
    kinds = Counter((item.css, item.ring) for item in items if not item.band)
    due, running = due + kinds.pop(("due", False), 0), kinds.pop(("now", False), 0)
    told = {
        ("broke", False): _("%(n)s failed"),
        ("late", False): _("%(n)s timed out"),
        ("odd", True): _("%(n)s missed"),
        ("odd", False): _("%(n)s with a warning"),
        ("none", True): _("%(n)s skipped"),
    }
    words, ran = list[str](), kinds.total()
    if ran:
        counted = ngettext("%(n)s run", "%(n)s runs", ran) % {"n": number(ran)}
        words.append(_("over %(runs)s") % {"runs": counted} if at_least else counted)
        words += [text % {"n": kinds[kind]} for kind, text in told.items() if kinds[kind]] or [_("all well")]
    if running:
        words.append(_("%(n)s running") % {"n": number(running)})
    if due:
        words.append(_("%(n)s due") % {"n": number(due)})
    if any(item.band for item in items):
        words.append(_("more due all the time") if due else _("due all the time"))
    return clauses(words)


def _summary(seen: Seen, viewer: Viewer) -> str:
    ends = Counter(run.status for run in seen.past.runs if run.is_over)
    bad = [
        so_many(status, number(ends[status]))
        for status in ("failed", "lost", "timed_out", "missed")
        if ends[status]
    ]
    words = [_("Filled has happened, outlined is a forecast from how long runs usually take.")]
    if bad:
        words.insert(0, _("%(told)s.") % {"told": listed(bad)})
    return paragraph(words)
