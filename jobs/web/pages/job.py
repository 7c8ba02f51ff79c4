"""One job: its state, its schedules with their next times, its history, its text."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from jobs import services
from jobs.models import Job, Quiet, Run, Schedule, Status
from jobs.web import outcomes, params, reading
from jobs.web.forecast import next_moments
from jobs.web.marks import Mark, mark
from jobs.web.outcomes import Outcome, Usual
from jobs.web.pages.editor import Editor
from jobs.web.pages.moments import Time, times
from jobs.web.pictures.lengths import Lengths, lengths
from jobs.web.pictures.strip import Strip, strip
from jobs.web.rhythm import rhythm
from jobs.web.sentences import said
from jobs.web.verdict import LONGEST
from jobs.web.viewer import Viewer
from jobs.web.words import clauses, ordinal, took

HISTORY, LISTED = 40, 6


@dataclass(frozen=True)
class Plan:
    schedule: Schedule
    rhythm: str
    name: str
    next: SafeString | str
    away: str
    times: list[Time]
    params: list[str]
    paused_since: str
    held: bool
    """Planned, but nothing starts until an admin resumes."""


@dataclass(frozen=True)
class HistoryRow:
    outcome: Outcome
    day: SafeString
    clock: str
    took: str
    bad: bool


@dataclass(frozen=True)
class JobPage:
    job: Job
    mark: Mark | None
    state: str
    state_when: SafeString | str
    latest: Outcome | None
    live: Run | None
    reason: str
    strip: Strip | None
    plans: list[Plan]
    lengths: Lengths | None
    usual: str
    history: list[HistoryRow]
    first_day: SafeString | str
    fields: list[params.Field]
    editor: Editor
    author: str
    saved: SafeString | str


def job_page(
    job: Job, viewer: Viewer, *, editor: Editor, quiet: Quiet | None, given: dict[str, str] | None = None
) -> JobPage:
    pasts, usuals = outcomes.latest_and_usual([job.pk], HISTORY)
    past, usual = pasts.get(job.pk, []), usuals.get(job.pk)
    live = Run.objects.unfinished().filter(job=job).order_by("-status", "-id").first()
    latest = past[-1] if past else None
    text, when = _state(latest, past, live, usual, viewer)
    return JobPage(
        job=job,
        mark=_mark(job, latest, live),
        state=text,
        state_when=when,
        latest=latest,
        live=live,
        reason=_reason(latest, live),
        strip=strip(past, len(past)) if past else None,
        plans=[_plan(schedule, viewer, quiet) for schedule in job.schedules.present()],
        lengths=lengths(past, usual, viewer),
        usual=_usual_words(usual),
        history=[_history(outcome, viewer) for outcome in reversed(past[-LISTED:])],
        first_day=viewer.tag(past[0].at, viewer.day(past[0].at)) if past else "",
        fields=params.fields(services.declared_params(job), given),
        editor=editor,
        author=job.revision.author.get_username() if job.revision and job.revision.author else "",
        saved=viewer.day_clock_tag(job.revision.created_at) if job.revision else "",
    )


def _mark(job: Job, latest: Outcome | None, live: Run | None) -> Mark | None:
    if live:
        return mark(live.status)
    if not job.enabled:
        return mark("paused")
    return latest.mark if latest else None


def _state(
    latest: Outcome | None, past: list[Outcome], live: Run | None, usual: Usual | None, viewer: Viewer
) -> tuple[str, SafeString | str]:
    """(what is to be said beside the status, when)."""
    if live and live.started_at:
        seconds = (viewer.now - live.started_at).total_seconds()
        left = usual.median - seconds if usual else 0
        told = [took(seconds), *([_("about %(time)s left") % {"time": took(left)}] if left > 0 else [])]
        return clauses(told), viewer.day_clock_tag(live.started_at)
    if live:
        return said(live.reason.rstrip(".")) or _("waits for its turn"), viewer.day_clock_tag(live.queued_at)
    if latest is None:
        return _("It never ran."), ""
    row = reading.streak(past)
    lasted = took(latest.seconds) if latest.seconds is not None else ""
    words = (
        _("%(n)s in a row") % {"n": ordinal(row)}
        if row > 1
        else _("after %(time)s") % {"time": lasted}
        if lasted
        else ""
    )
    return words, viewer.day_clock_tag(latest.finished_at or latest.at)


def _reason(latest: Outcome | None, live: Run | None) -> str:
    if live or latest is None or latest.status == Status.SUCCEEDED:
        return ""
    return said(latest.reason.strip().split("\n")[0].rstrip("."))[:LONGEST]


def _usual_words(usual: Usual | None) -> str:
    if usual is None:
        return ""
    low, middle, high = took(usual.low), took(usual.median), took(usual.high)
    if low == high:
        return _("Usually %(time)s.") % {"time": middle}
    return _("Usually %(time)s; half of the runs between %(low)s and %(high)s.") % {
        "time": middle,
        "low": low,
        "high": high,
    }


def _plan(schedule: Schedule, viewer: Viewer, quiet: Quiet | None) -> Plan:
    moments = next_moments(schedule, quiet)
    since = _("since %(day)s.") % {"day": viewer.day(schedule.paused_at)} if schedule.paused_at else ""
    return Plan(
        schedule,
        rhythm(schedule, viewer.zone.key),
        "" if schedule.name.isdigit() else schedule.name,
        viewer.day_clock_tag(moments[0]) if moments else "",
        viewer.away(moments[0]) if moments else "",
        times(moments, viewer, schedule.timezone),
        [f"{name} = {_shown(value)}" for name, value in schedule.params.items()],
        since,
        bool(quiet and quiet.is_open and schedule.next_run_time),
    )


def _shown(value: object) -> str:
    return (
        f'"{value}"'
        if isinstance(value, str)
        else str(value).lower()
        if isinstance(value, bool)
        else str(value)
    )


def _history(outcome: Outcome, viewer: Viewer) -> HistoryRow:
    lasted = took(outcome.seconds) if outcome.seconds is not None else ""
    bad = outcome.mark.css in ("failed", "lost")
    return HistoryRow(
        outcome, viewer.tag(outcome.at, viewer.day(outcome.at)), viewer.clock(outcome.at), lasted, bad
    )
