"""The now page: what needs you, what runs, what comes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, Q, Window
from django.utils import dateformat
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from jobs import models, services
from jobs.models import Run, Status
from jobs.web import logview, outcomes, reading
from jobs.web.forecast import Forecast, forecasts
from jobs.web.marks import BAD, Mark, mark, so_many
from jobs.web.outcomes import Outcome, Usual
from jobs.web.pages.meanwhile import Meanwhile, meanwhile
from jobs.web.pages.meanwhile import in_words as since_then
from jobs.web.pages.nowribbon import happenings_of, in_words, on_the_ribbon
from jobs.web.pictures import ribbon as pictures
from jobs.web.reading import Brief
from jobs.web.rhythm import rhythm
from jobs.web.sentences import said
from jobs.web.verdict import waits_for, without_folders
from jobs.web.viewer import Viewer
from jobs.web.words import clauses, counted, listed, number, ordinal, paragraph, sentence, took

MOST_TROUBLES, MOST_LIVE, MOST_PLANNED, MOST_LATELY = 12, 12, 14, 8
MOST_ENDED = 4000


@dataclass(frozen=True)
class Trouble:
    mark: Mark
    job: str
    run: Outcome
    when: SafeString
    text: str
    said: str


@dataclass(frozen=True)
class Live:
    run: Run
    text: str
    share: int | None
    share_words: str
    last_line: str


@dataclass(frozen=True)
class Planned:
    time: SafeString
    job: str
    usual: str
    rhythm: str


@dataclass(frozen=True)
class Day:
    name: str
    rows: list[Planned] = field(default_factory=list)


@dataclass(frozen=True)
class Quiet:
    run: int
    time: SafeString
    job: str
    count: int
    took: str


@dataclass(frozen=True)
class GoingOn:
    running: int = 0
    queued: int = 0


@dataclass(frozen=True)
class NowPage:
    headline: str
    summary: str
    has_jobs: bool
    ribbon: pictures.Ribbon
    ribbon_words: str
    troubles: list[Trouble]
    more_troubles: int
    live: list[Live]
    running: int
    waiting: int
    planned: list[Day]
    quiet: list[Quiet]
    heard: SafeString | str
    meanwhile: Meanwhile


def now_page(viewer: Viewer, health: services.Pulse, since: datetime, quiet: models.Quiet | None) -> NowPage:
    """since: when the reader last looked."""
    briefs = {brief.id: brief for brief in reading.briefs()}
    needy = [brief for brief in briefs.values() if brief.needs_you]
    names = {brief.id: brief.name for brief in briefs.values()}
    recent = outcomes.ended_since(viewer.now - timedelta(hours=24), most=MOST_ENDED, jobs=briefs)
    future = forecasts(viewer.now, viewer.now + pictures.AHEAD, quiet)
    live, going_on = _unfinished()
    worst = sorted(needy, key=_urgency)[:MOST_TROUBLES]
    jobs = {run.job_id for run in live if run.job_id} | {item.schedule.job_id for item in future}
    past, usual = outcomes.latest_and_usual([brief.id for brief in worst], beside=jobs)
    whole = len(recent) < MOST_ENDED
    later = meanwhile(since, recent if whole else None, names, [brief.id for brief in needy], viewer)
    finished = on_the_ribbon(recent, briefs, viewer, whole=whole)
    happenings = happenings_of(finished, live, future, usual, names, viewer)
    return NowPage(
        headline=_headline(len(needy), going_on, bool(briefs)),
        summary=paragraph([since_then(later), _summary(recent, health, going_on)]),
        has_jobs=bool(briefs),
        ribbon=pictures.ribbon(happenings, viewer),
        ribbon_words=in_words(recent, future, names),
        troubles=_troubles(past, usual, names, viewer),
        more_troubles=max(0, len(needy) - MOST_TROUBLES),
        live=[_live(run, usual.get(run.job_id or 0), viewer) for run in live[:MOST_LIVE]],
        running=going_on.running,
        waiting=going_on.queued,
        planned=_planned(future, usual, viewer),
        quiet=_quiet(recent, names, viewer),
        heard=viewer.away_tag(health.scheduler_beat_at) if health.scheduler_beat_at else "",
        meanwhile=later,
    )


def _unfinished() -> tuple[list[Run], GoingOn]:
    """The first of them, and how many there are; one query."""
    counts = {"unfinished": Window(Count("*")), "queued": Window(Count("pk", filter=Q(status=Status.QUEUED)))}
    rows = list(Run.objects.unfinished().lean().annotate(**counts).order_by("id")[: MOST_LIVE * 2])
    if not rows:
        return [], GoingOn()
    told = vars(rows[0])
    return rows, GoingOn(told["unfinished"] - told["queued"], told["queued"])


def _headline(needy: int, going_on: GoingOn, has_jobs: bool) -> str:
    if needy:
        return ngettext("%(n)s job needs you", "%(n)s jobs need you", needy) % {"n": counted(needy)}
    if not has_jobs:
        return _("No jobs yet")
    if going_on.running:
        return ngettext("All well, %(n)s running", "All well, %(n)s running", going_on.running) % {
            "n": counted(going_on.running).lower()
        }
    return _("All quiet")


def _summary(recent: list[Outcome], health: services.Pulse, going_on: GoingOn) -> str:
    silent = (sentence(said(home)) for home in health.silent.split("; "))
    return paragraph([said(health.disk), *silent, _what_ended(recent), _what_goes_on(going_on)])


def _what_ended(recent: list[Outcome]) -> str:
    ends = Counter(outcome.status for outcome in recent)
    good = ends.pop("succeeded", 0)
    words = (
        [ngettext("%(n)s run as planned", "%(n)s runs as planned", good) % {"n": number(good)}]
        if good
        else []
    )
    words += [so_many(status, counted(count).lower()) for status, count in ends.most_common()]
    if not words:
        return ""
    if len(recent) == MOST_ENDED:
        return _("Of the last %(n)s runs: %(told)s.") % {"n": number(MOST_ENDED), "told": listed(words)}
    return _("In the last 24 hours: %(told)s.") % {"told": listed(words)}


def _what_goes_on(going_on: GoingOn) -> str:
    running, queued = going_on.running, going_on.queued
    words = []
    if running:
        words.append(
            ngettext("%(n)s is running now", "%(n)s are running now", running) % {"n": counted(running)}
        )
    if queued:
        waiting = ngettext("%(n)s waits", "%(n)s wait", queued) % {"n": counted(queued)}
        words.append(waiting.lower() if words else waiting)
    return sentence(clauses(words))


# ---- needs you


def _urgency(brief: Brief) -> tuple[int, int]:
    return BAD.index(str(brief.latest_status)), -(brief.latest_run or 0)


def _troubles(
    past: dict[int, list[Outcome]], usual: dict[int, Usual], names: dict[int, str], viewer: Viewer
) -> list[Trouble]:
    ends = [(rows[-1], rows) for rows in past.values() if rows[-1].status in BAD]
    ranked = sorted(ends, key=lambda end: (BAD.index(end[0].status), -end[0].id))
    return [
        _trouble(end, rows, names[end.job_id], usual.get(end.job_id), viewer, with_log=position < 5)
        for position, (end, rows) in enumerate(ranked)
    ]


def _trouble(
    end: Outcome, past: list[Outcome], job: str, usual: Usual | None, viewer: Viewer, *, with_log: bool
) -> Trouble:
    at = end.finished_at or end.queued_at
    due = end.status == Status.MISSED and end.scheduled_for
    when = viewer.tag(due, _("due %(time)s") % {"time": viewer.clock(due)}) if due else _ago(at, viewer)
    run = Run(pk=end.id, attempt=end.attempt, status=end.status)
    return Trouble(
        mark=mark(end.status),
        job=job,
        run=end,
        when=when,
        text=_what_happened(end, reading.streak(past), usual),
        said=logview.last_words(run, of_trouble=True) if with_log and end.started_at else "",
    )


def _ago(at: datetime, viewer: Viewer) -> SafeString:
    clock = viewer.clock(at) if viewer.days_away(at) == 0 else f"{viewer.day(at)} {viewer.clock(at)}"
    return viewer.tag(at, clauses([clock, viewer.away(at)]))


def _what_happened(end: Outcome, streak: int, usual: Usual | None) -> str:
    reason = said(without_folders(end.reason.strip().split("\n")[0])[:240].rstrip("."))
    words = [
        _with_time(
            _("stopped") if end.status == Status.TIMED_OUT else reason or mark(end.status).word,
            end.seconds,
            usual,
        )
    ]
    if streak > 1:
        words.append(_("%(n)s failure in a row.") % {"n": ordinal(streak).capitalize()})
    return paragraph(words)


def _with_time(reason: str, seconds: float | None, usual: Usual | None) -> str:
    if seconds is None:
        return sentence(reason)
    text = _("%(reason)s after %(time)s") % {"reason": reason, "time": took(seconds)}
    if usual and took(usual.median) != took(seconds):
        return sentence(
            _("%(text)s; it usually takes %(usual)s") % {"text": text, "usual": took(usual.median)}
        )
    return sentence(text)


# ---- running


def _live(run: Run, usual: Usual | None, viewer: Viewer) -> Live:
    seconds = (viewer.now - run.started_at).total_seconds() if run.started_at else None
    if run.status == Status.QUEUED or seconds is None:
        waited = took((viewer.now - run.queued_at).total_seconds())
        reason = waits_for(run.reason)
        text = _("waits %(time)s: %(reason)s") if reason else _("waits %(time)s for its turn")
        return Live(run, text % {"time": waited, "reason": reason}, None, "", "")
    text, share = took(seconds), None
    if usual and usual.median > 5:
        left = usual.median - seconds
        rest = (
            _("about %(time)s left") % {"time": took(left)}
            if left > 0
            else _("usually %(time)s") % {"time": took(usual.median)}
        )
        text = clauses([text, rest])
        share = min(100, round(seconds / usual.median * 100))
    words = _("%(job)s: %(share)s percent of the usual time") % {"job": run.job_name, "share": share}
    return Live(run, text, share, words, logview.last_words(run))


# ---- what comes, what went well


def _planned(future: Sequence[Forecast], usual: dict[int, Usual], viewer: Viewer) -> list[Day]:
    rows: list[tuple[datetime, Forecast]] = []
    for item in future:
        shown = item.moments[:1] if item.dense or len(item.moments) > 6 else item.moments
        rows += [(moment, item) for moment in shown]
    days: dict[int, Day] = {}
    for moment, item in sorted(rows, key=lambda row: row[0])[:MOST_PLANNED]:
        away = viewer.days_away(moment)
        day = days.setdefault(away, Day(_day_name(moment, away, viewer)))
        day.rows.append(_planned_row(moment, item, usual.get(item.schedule.job_id), viewer))
    return list(days.values())


def _day_name(moment: datetime, away: int, viewer: Viewer) -> str:
    return _("Today") if away == 0 else dateformat.format(viewer.local(moment), pgettext("date", "l j F"))


def _planned_row(moment: datetime, item: Forecast, usual: Usual | None, viewer: Viewer) -> Planned:
    repeats = item.dense or len(item.moments) > 6
    often = ""
    if repeats:
        text = _small(rhythm(item.schedule, viewer.zone.key))
        often = _("%(away)s, %(rhythm)s") % {"away": viewer.away(moment), "rhythm": text}
    return Planned(
        viewer.clock_tag(moment),
        item.schedule.job.name,
        took(usual.median) if usual else "",
        often,
    )


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]


def _quiet(recent: list[Outcome], names: dict[int, str], viewer: Viewer) -> list[Quiet]:
    """Good ends, one row a job, told by its newest."""
    good = [run for run in recent if run.status == Status.SUCCEEDED]
    counts = Counter(run.job_id for run in good)
    newest = {run.job_id: run for run in reversed(good)}
    rows = sorted(newest.values(), key=lambda run: run.finished_at or run.at, reverse=True)[:MOST_LATELY]
    return [
        Quiet(
            run.id,
            viewer.short_tag(run.finished_at or run.at),
            names.get(run.job_id, ""),
            counts[run.job_id],
            took(run.seconds) if run.seconds is not None else "",
        )
        for run in rows
    ]
