"""A run in one sentence, compared with what is usual. The headline is the state, never a label."""

from __future__ import annotations

from django.utils.translation import gettext as _

from jobs import services
from jobs.models import Run, Source
from jobs.web.outcomes import Usual
from jobs.web.rhythm import rhythm
from jobs.web.sentences import said
from jobs.web.viewer import Viewer
from jobs.web.words import sentence, took, took_in_full, took_of_usual

LONGEST = 90
"""Characters of a reason that still fit a headline."""


def headline(run: Run, usual: Usual | None, viewer: Viewer) -> str:
    if not run.is_over:
        return _live(run, usual)
    reason = _short(run.reason)
    after = _after(run, usual)
    if run.status == "succeeded":
        return _succeeded(run, usual)
    if run.status == "timed_out":
        return (
            _("Stopped after %(time)s: it took too long") % {"time": after}
            if after
            else _("It took too long")
        )
    if run.status == "cancelled":
        return _("Cancelled after %(time)s") % {"time": after} if after else _("Cancelled before it began")
    if run.status == "skipped":
        return _("Left out: %(reason)s") % {"reason": reason} if reason else _("Left out this time")
    if run.status == "missed":
        return _("Missed: nobody was there at %(time)s") % {
            "time": viewer.clock(run.scheduled_for or run.queued_at)
        }
    if run.status == "lost" and not reason:
        return _("Lost sight of it")
    if not reason:
        return _("Failed after %(time)s") % {"time": after} if after else _("Failed before it began")
    return _("%(reason)s, after %(time)s") % {"reason": reason, "time": after} if after else reason


def explanation(run: Run) -> str:
    """What the headline had no room for, as a sentence; "" when it said everything."""
    told_in_headline = run.status in ("failed", "lost", "skipped", "queued") and _short(run.reason)
    return "" if told_in_headline or run.status == "succeeded" else sentence(said(run.reason))


def _live(run: Run, usual: Usual | None) -> str:
    if run.status == "queued":
        reason = waits_for(_short(run.reason))
        return _("Waits: %(reason)s") % {"reason": reason} if reason else _("Waits for its turn")
    if services.is_unheard(run):
        return _("Out of sight: its host is not heard any more")
    if run.status == "stopping" or run.cancel_requested_at:
        return _("Stopping what it started")
    if run.duration is None:
        return _("Starting")
    seconds = run.duration.total_seconds()
    if usual is None or seconds >= usual.median:
        over = usual is not None and seconds > usual.high
        return (
            _("%(time)s in, longer than usual") % {"time": took_in_full(seconds)}
            if over
            else _("%(time)s in") % {"time": took_in_full(seconds)}
        )
    left = _left(seconds, usual.median - seconds)
    return _("%(time)s in, about %(left)s to go") % {"time": took_in_full(seconds), "left": left}


def _left(seconds: float, left: float) -> str:
    """The unit is said once where it is the same: `42 minutes in, about 26 to go`."""
    both_minutes = 60 <= seconds < 3570 and 60 <= left < 3570
    return str(round(left / 60)) if both_minutes else took(left)


def _succeeded(run: Run, usual: Usual | None) -> str:
    if run.duration is None:
        return _("Done")
    seconds = run.duration.total_seconds()
    time = took_in_full(seconds)
    if usual is None:
        return _("Done in %(time)s") % {"time": time}
    if usual.low - 1 <= seconds <= usual.high + 1 or took(seconds) == took(usual.median):
        return _("Done in %(time)s, as usual") % {"time": time}
    return _("Done in %(time)s") % {"time": took_of_usual(seconds, usual.median)}


def _after(run: Run, usual: Usual | None) -> str:
    if run.duration is None:
        return ""
    seconds = run.duration.total_seconds()
    if usual and took(seconds) != took(usual.median) and not usual.low <= seconds <= usual.high:
        return took_of_usual(seconds, usual.median)
    return took_in_full(seconds)


def _short(reason: str) -> str:
    """The reason when it fits a headline, without its full stop and the folders."""
    line = said(without_folders(reason.strip().rstrip(".")))
    return line if 0 < len(line) <= LONGEST and "\n" not in line else ""


def without_folders(reason: str) -> str:
    """Without those in which a program was looked for."""
    return reason.partition(" on PATH=")[0]


def waits_for(reason: str) -> str:
    """Why a run waits, where the page says already that it does: `a run of this job is active`."""
    told = said(reason.strip().rstrip("."))
    begins = _("Waits: %(reason)s") % {"reason": ""}
    return told[len(begins) :] if told.casefold().startswith(begins.casefold()) else told


def why_it_ran(run: Run, viewer: Viewer) -> str:
    """The cause in the user's words."""
    by = f" {_('by %(name)s') % {'name': run.requested_by.get_username()}}" if run.requested_by else ""
    if run.source == Source.SCHEDULE:
        return _by_schedule(run, viewer)
    told = {
        Source.MANUAL: _("Run by hand%(by)s."),
        Source.API: _("Asked for through the API%(by)s."),
        Source.CLI: _("Started from the command line%(by)s."),
        Source.RETRY: _("A retry of run %(run)s%(by)s."),
    }.get(Source(run.source), _("Started by %(source)s%(by)s."))
    return told % {"by": by, "run": run.retry_of_id, "source": run.get_source_display().lower()}


def _by_schedule(run: Run, viewer: Viewer) -> str:
    head = _("By a schedule that is gone.")
    if run.schedule:
        named = (
            _("Schedule “%(name)s”: %(text)s.")
            if not run.schedule.name.isdigit()
            else _("By its schedule: %(text)s.")
        )
        text = rhythm(run.schedule, viewer.zone.key).rstrip(".")
        head = named % {"name": run.schedule.name, "text": text}
    if not run.scheduled_for or not run.started_at:
        return head
    late = (run.started_at - run.scheduled_for).total_seconds()
    if late < 5:
        return f"{head} {_('On time, %(time)s after it was due.') % {'time': f'{max(late, 0):.2f} s'}}"
    return f"{head} {_('Late by %(time)s.') % {'time': took(late)}}"
