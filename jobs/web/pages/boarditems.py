"""What a calendar holds, as items of its board."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.utils.translation import gettext as _

from jobs import services
from jobs.models import Status
from jobs.web.addresses import address
from jobs.web.ahead import Ahead, Moments
from jobs.web.happened import Done, Past
from jobs.web.outcomes import Usual
from jobs.web.pictures.boardlines import Item, Series
from jobs.web.sentences import said
from jobs.web.viewer import Viewer
from jobs.web.words import took

OFTEN = 8
"""A job that runs more often in one day is drawn as ticks."""
Meetings = dict[datetime, services.Collision]
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
        jobs: dict[int | None, tuple[str, ...]] = {run.job_id: run.tags for run in self.past.runs}
        jobs |= {one.schedule.job_id: one.schedule.job.tags for one in self.future}
        return Counter(tag for tags in jobs.values() for tag in tags)


def items_of(seen: Seen, viewer: Viewer) -> tuple[list[Item], list[Series]]:
    """One by one; and what is due so regularly that it need not be told one by one."""
    due, series = _due_items(seen, viewer)
    return [*_past_items(seen, viewer), *_live_items(seen, viewer), *due], series


def _lane(tags: Iterable[str], pool: str) -> str:
    """What a run holds on to: a tag with slots, or its pool; "" for the rest."""
    slots = settings.MXX_TAG_SLOTS
    limited = next((tag for tag in tags if tag in slots), "") if slots else ""
    return limited or (pool if pool != "local" else "")


def _past_items(seen: Seen, viewer: Viewer) -> list[Item]:
    days = [(run.job_name, viewer.local(run.at).date()) for run in seen.past.runs]
    counts = Counter(days)
    return [
        _past_item(run, counts[day] > OFTEN, viewer)
        for run, day in zip(seen.past.runs, days, strict=True)
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
        lane=_lane(run.tags, run.pool),
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
            lane=_lane(run.tags, run.pool),
            rank=1,
        )
        for run in seen.past.live
        if run.started_at
    ]


def _due_items(seen: Seen, viewer: Viewer) -> tuple[list[Item], list[Series]]:
    items, series = list[Item](), list[Series]()
    meetings: dict[str, Meetings] = defaultdict(dict)
    for meeting in seen.meetings:
        meetings[meeting.job][meeting.at] = meeting
    for one in seen.future:
        length = seen.usual.get(one.schedule.job_id)
        item = partial(_due_item, one, length, viewer)
        met, often = meetings.get(one.schedule.job.name, {}), _of_busy_days(one.moments, viewer)
        alone = [moment for moment in one.moments if moment in met or moment in often] if met or often else []
        items += [item(moment, met=met.get(moment), often=moment in often) for moment in alone]
        items += [item(begin, until=end, often=True)._replace(band=True) for begin, end in one.bands]
        if len(alone) < len(one.moments):
            series.append(_series(one, length, item, alone))
    return items, series


def _of_busy_days(moments: Moments, viewer: Viewer) -> set[datetime]:
    if len(moments) <= OFTEN:
        return set()
    days = Counter(viewer.local(moment).date() for moment in moments)
    return {moment for moment in moments if days[viewer.local(moment).date()] > OFTEN}


def _series(
    one: Ahead, length: Usual | None, item: Callable[[datetime], Item], without: list[datetime]
) -> Series:
    job, moments = one.schedule.job, one.moments
    rest = tuple(moment for moment in moments if moment not in without) if without else moments
    lane, lasts = _lane(job.tags, "local"), timedelta(seconds=length.median if length else 0)
    return Series(job.name, address("job", job.name), lane, "due", 2, lasts, rest, item)


def _due_item(
    one: Ahead,
    length: Usual | None,
    viewer: Viewer,
    begin: datetime,
    *,
    until: datetime | None = None,
    met: services.Collision | None = None,
    often: bool = False,
) -> Item:
    job = one.schedule.job
    return Item(
        begin=begin,
        end=max(until or begin, begin + timedelta(seconds=length.median if length else 0)),
        css="due",
        name=job.name,
        write=partial(_title_of_due, job.name, begin, length, met, viewer),
        href=address("job", job.name),
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
