"""What stands on the ribbon of the now page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import islice

from django.utils.translation import gettext as _

from jobs.models import Run, Status
from jobs.web import outcomes
from jobs.web.forecast import Forecast
from jobs.web.marks import BAD
from jobs.web.outcomes import Outcome, Usual
from jobs.web.pictures import ribbon as pictures
from jobs.web.viewer import Viewer
from jobs.web.words import clauses, listed, number, took

CSS = {"failed": "broke", "lost": "broke", "timed_out": "late", "missed": "odd"}
OFTEN = 18
"""A job with so many runs on the ribbon is drawn as ticks."""


def on_the_ribbon(
    recent: list[Outcome], jobs: Container[int], viewer: Viewer, *, whole: bool
) -> list[Outcome]:
    """What ran since the ribbon begins: the bad ones whatever their number, then the newest good ones."""
    since = viewer.now - pictures.BACK
    bad = [run for run in recent if run.status in BAD and run.finished_at and run.finished_at >= since][:300]
    if not whole:  # older ends were not read
        bad = outcomes.ended_since(since, most=300, jobs=jobs, bad=True)
    good = [
        run
        for run in recent
        if run.status == Status.SUCCEEDED and run.finished_at and run.finished_at >= since
    ]
    return [*bad, *good[:800]]


def happenings_of(
    finished: Sequence[Outcome],
    live: Sequence[Run],
    future: Sequence[Forecast],
    usual: dict[int, Usual],
    names: dict[int, str],
    viewer: Viewer,
) -> list[pictures.Happening]:
    counts = Counter(outcome.job_id for outcome in finished)
    counts.update({item.schedule.job_id: len(item.moments) + (OFTEN if item.dense else 0) for item in future})
    often = {job for job, count in counts.items() if count >= OFTEN}
    past = [
        _past(outcome, names.get(outcome.job_id, ""), outcome.job_id in often, viewer) for outcome in finished
    ]
    now = [_going_on(run, viewer) for run in live if run.started_at]
    due = [
        _due(item, moment, usual.get(item.schedule.job_id), item.schedule.job_id in often, viewer)
        for item in future
        for moment in item.moments
    ]
    return [*past, *now, *due]


def _past(outcome: Outcome, name: str, often: bool, viewer: Viewer) -> pictures.Happening:
    css = CSS.get(outcome.status, "odd" if outcome.warned else "ran")
    loud = _("%(job)s failed") % {"job": name[:30]} if css == "broke" else ""
    end = outcome.finished_at if outcome.started_at and outcome.finished_at else outcome.at
    write = partial(_title, outcome, name, viewer)
    return pictures.Happening(outcome.at, end, css, write, outcome.url, loud, often and css == "ran")


def _title(outcome: Outcome, name: str, viewer: Viewer) -> str:
    lasted = f", {took(outcome.seconds)}" if outcome.seconds is not None else ""
    return f"{name}, {viewer.clock(outcome.at)}{lasted}, {outcome.word.lower()}"


def _going_on(run: Run, viewer: Viewer) -> pictures.Happening:
    assert run.started_at is not None
    write = partial(_title_going_on, run.job_name, run.started_at, viewer)
    return pictures.Happening(run.started_at, viewer.now, "now", write, f"/runs/{run.pk}/")


def _title_going_on(job: str, since: datetime, viewer: Viewer) -> str:
    return _("%(job)s, running since %(time)s") % {"job": job, "time": viewer.clock(since)}


def _due(
    item: Forecast, moment: datetime, usual: Usual | None, often: bool, viewer: Viewer
) -> pictures.Happening:
    end = moment + timedelta(seconds=usual.median if usual else 0)
    write = partial(_title_due, item.schedule.job.name, moment, viewer)
    return pictures.Happening(moment, end, "due", write, often=often)


def _title_due(job: str, at: datetime, viewer: Viewer) -> str:
    return _("%(job)s, due %(time)s, forecast") % {"job": job, "time": viewer.clock(at)}


def in_words(recent: list[Outcome], future: Sequence[Forecast], names: dict[int, str]) -> str:
    bad = islice((run for run in recent if run.status in BAD), 8)
    ahead = sum(len(item.moments) for item in future if not item.dense)
    told = listed([f"{names.get(run.job_id, '')} {run.word.lower()}" for run in bad]) or _(
        "nothing went wrong"
    )
    if not any(item.dense for item in future):
        return _("The last 12 and the next 24 hours: %(told)s; %(n)d runs are due.") % {
            "told": told,
            "n": ahead,
        }
    due = (
        [_("%(n)s due") % {"n": number(ahead)}, _("more due all the time")]
        if ahead
        else [_("due all the time")]
    )
    return _("The last 12 and the next 24 hours: %(told)s; %(due)s.") % {"told": told, "due": clauses(due)}
