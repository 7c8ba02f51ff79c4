"""What a calendar holds, as items of its board."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache, partial

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from jobs import services
from jobs.models import Status
from jobs.web.ahead import Ahead
from jobs.web.happened import Done, Past
from jobs.web.outcomes import Usual
from jobs.web.pictures.board import Item
from jobs.web.sentences import said
from jobs.web.viewer import Viewer
from jobs.web.words import took

OFTEN = 8
"""A job that runs more often in one day is drawn as ticks."""
CSS = {"failed": "broke", "lost": "broke", "timed_out": "late", "missed": "odd", "skipped": "none"}


@dataclass
class Seen:
    """All that the window holds, before it is drawn."""

    past: Past
    future: list[Ahead]
    more: int
    usual: dict[int, Usual]
    meetings: list[services.Collision] = field(default_factory=list)

    def tags(self) -> Counter[str]:
        jobs = {run.job_id: run.tags or [] for run in self.past.runs}
        jobs |= {one.schedule.job_id: one.schedule.job.tags for one in self.future}
        return Counter(tag for tags in jobs.values() for tag in tags)


def items_of(seen: Seen, viewer: Viewer) -> list[Item]:
    return [*_past_items(seen, viewer), *_live_items(seen, viewer), *_due_items(seen, viewer)]


def _lane(tags: Iterable[str], pool: str) -> str:
    """What a run holds on to: a tag with slots, or its pool; "" for the rest."""
    limited = next((tag for tag in tags if tag in settings.MXX_TAG_SLOTS), "")
    return limited or (pool if pool != "local" else "")


def _past_items(seen: Seen, viewer: Viewer) -> list[Item]:
    counts = Counter((run.job_name, viewer.local(run.at).date()) for run in seen.past.runs)
    return [
        _past_item(run, counts[run.job_name, viewer.local(run.at).date()] > OFTEN, viewer)
        for run in seen.past.runs
        if run.is_over
    ]


def _past_item(run: Done, often: bool, viewer: Viewer) -> Item:
    css = "none" if run.status == Status.CANCELLED else CSS.get(run.status, "odd" if run.warned else "ran")
    never_ran = run.status in (Status.MISSED, Status.SKIPPED) or run.started_at is None
    bad = css in ("broke", "late") or run.status == Status.MISSED
    return Item(
        begin=run.at,
        end=run.end,
        css=css,
        name=run.job_name,
        write=partial(_title_of_run, run, viewer),
        href=run.url,
        lane=_lane(run.tags or [], run.pool),
        ring=never_ran,
        often=often and not bad,
        loud=f"{run.job_name} {run.mark.word.lower()}" if bad else "",
        rank=0 if bad else 2,
    )


def _title_of_run(run: Done, viewer: Viewer) -> str:
    when = viewer.clock(run.at, seconds=True)
    if run.started_at and run.finished_at:
        lasted = took((run.finished_at - run.started_at).total_seconds())
        when = _("%(from)s to %(to)s, %(took)s") % {
            "from": when, "to": viewer.clock(run.finished_at, seconds=True), "took": lasted,
        }  # fmt: skip
    return f"{run.job_name}, {when}, {run.mark.word.lower()}"


def _title_of_live(run: Done, viewer: Viewer) -> str:
    time = viewer.clock(run.at, seconds=True)
    return _("%(job)s, running since %(time)s") % {"job": run.job_name, "time": time}


def _live_items(seen: Seen, viewer: Viewer) -> list[Item]:
    return [
        Item(
            begin=run.started_at,
            end=viewer.now,
            css="now",
            name=run.job_name,
            write=partial(_title_of_live, run, viewer),
            href=run.url,
            lane=_lane(run.tags or [], run.pool),
            rank=1,
        )
        for run in seen.past.live
        if run.started_at
    ]


def _due_items(seen: Seen, viewer: Viewer) -> list[Item]:
    met = {(one.at, one.job): one for one in seen.meetings}
    items = []
    for one in seen.future:
        days = Counter(viewer.local(moment).date() for moment in one.moments)
        for moment in one.moments:
            often = days[viewer.local(moment).date()] > OFTEN
            items.append(
                _due_item(one, moment, moment, seen, met.get((moment, one.schedule.job.name)), often, viewer)
            )
        bands = [_due_item(one, begin, end, seen, None, True, viewer) for begin, end in one.bands]
        items += [replace(item, band=True) for item in bands]
    return items


def _due_item(
    one: Ahead,
    begin: datetime,
    end: datetime,
    seen: Seen,
    met: services.Collision | None,
    often: bool,
    viewer: Viewer,
) -> Item:
    job = one.schedule.job
    length = seen.usual.get(one.schedule.job_id)
    return Item(
        begin=begin,
        end=max(end, begin + timedelta(seconds=length.median if length else 0)),
        css="due",
        name=job.name,
        write=partial(_title_of_due, job.name, begin, length, met, viewer),
        href=_page_of(job.name),
        lane=_lane(job.tags, "local"),
        often=often and not met,
        rank=1 if met else 2,
        clash=met is not None,
    )


def _title_of_due(
    job: str, at: datetime, length: Usual | None, met: services.Collision | None, viewer: Viewer
) -> str:
    words = [job, _("due %(time)s") % {"time": viewer.clock(at, seconds=bool(at.second))}]
    words += [_("usually %(time)s") % {"time": took(length.median)}] if length else []
    words += [said(met.because)] if met else []
    return ", ".join(words)


@lru_cache(maxsize=2048)
def _page_of(name: str) -> str:
    return reverse("web:job", args=[name])
