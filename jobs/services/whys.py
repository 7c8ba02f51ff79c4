"""Will a job run at a moment, did it, and why not: each rule with its value. Nothing is run or changed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from django.conf import settings
from django.db.models import Q

from jobs.models import Job, Quiet, Run, Schedule, Status
from jobs.models.quiet import OPEN_END
from jobs.services.collisions import MOST_MOMENTS, Collision, Forecast, forecast
from jobs.services.health import Health, health
from jobs.services.lengths import ENOUGH, Usual, usual
from jobs.services.quiet import quiet_now
from jobs.services.room import why_no_start
from jobs.services.silence import is_unheard
from jobs.timing import clock
from jobs.timing.triggers import Bounded
from jobs.timing.words import hour_in, minute_in, span
from jobs.timing.zones import TICK

AHEAD = timedelta(hours=24)
"""So far do collisions look."""
MOST_RUNS = 20
MOST_A_MINUTE = 60
COUNTS = "due moment"
"""So says the reason of a row that stands for others (paused, quiet, missed); one that was skipped stands for itself."""


@dataclass(frozen=True)
class Rule:
    """lets: whether it lets the job run then; None: it decides nothing about that."""

    rule: str
    lets: bool | None
    value: str
    schedule: str = ""


@dataclass(frozen=True)
class Why:
    """happens: whether a run starts (started) then. runs: the rows of that moment."""

    at: datetime
    happens: bool
    verdict: str
    rules: list[Rule] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)


def why(
    *, job: Job, at: datetime | None = None, zone: str = "UTC", asked: Circumstances | None = None
) -> Why:
    """at: the minute that begins then, else that very second; without it the next due moment, or now.

    zone: in which times are told, with UTC beside it. asked: what is asked for unless it is known.
    """
    asked = asked or Circumstances(list(job.schedules.present()), health(), quiet_now())
    planned = [row.next_run_time for row in asked.schedules if row.next_run_time]
    at = at or min(planned, default=clock.now())
    return _Question(job, at, zone, asked).answer()


@dataclass(frozen=True)
class Circumstances:
    """schedules: the job's present ones."""

    schedules: list[Schedule]
    health: Health
    quiet: Quiet | None


class _Chance(NamedTuple):
    """A moment of the span at which a run may start, and what it would meet."""

    at: datetime
    schedule: Schedule
    met: Collision | None

    @property
    def is_skipped(self) -> bool:
        return self.met is not None and self.met.what == "skipped"


class _Doubt(NamedTuple):
    """A run that is in the way of a moment until it ends, and why nobody can tell when that is."""

    run: Run
    because: str


class _Question:
    def __init__(self, job: Job, at: datetime, zone: str, asked: Circumstances) -> None:
        self.job, self.at, self.now = job, at, clock.now()
        self.schedules, self.health, self.quiet = asked.schedules, asked.health, asked.quiet
        self.zone = zone
        self.first = at.replace(microsecond=0)
        self.last = self.first + timedelta(seconds=1 if self.first.second else 60) - TICK
        self.due = {row.pk: moment for row in self.schedules if (moment := self._due(row))}

    def _due(self, row: Schedule) -> datetime | None:
        """The planned moment of a startup schedule counts: no clock makes it due."""
        if row.trigger == "startup":
            planned = row.next_run_time
            return planned if planned and self.first <= planned <= self.last else None
        found = row.rule().after(self.first - TICK)
        return found if found and found <= self.last else None

    def answer(self) -> Why:
        runs = self._runs() if self._has_come() else []
        if runs or self.last < self.now:
            began = any(run.started_at for run in runs)
            rules = [*self._schedule_rules(past=True), *self._job_rules(past=True)]
            if not runs and any(map(self._waits, self.schedules)):
                rules.append(self._scheduler_rule())
            return Why(self.at, began, self._did(runs), rules, runs)
        chance = self._chance()
        met = chance and chance.met
        doubt = self._doubt() if chance and not met else None
        rules = [*self._schedule_rules(), *self._job_rules(), *self._load_rules(met, doubt)]
        return Why(self.at, *self._will(rules, chance, doubt), rules)

    # ---- the past

    def _has_come(self) -> bool:
        """Also within the minute that goes on: what was due in it may have its rows already."""
        return self.last < self.now or bool(self.due and max(self.due.values()) <= self.now)

    def _runs(self) -> list[Run]:
        span = (self.first, self.last)
        here = Q(scheduled_for__range=span) | Q(scheduled_for__isnull=True, queued_at__range=span)
        return list(self.job.runs.filter(here).lean().order_by("id")[:MOST_RUNS])

    def _did(self, runs: list[Run]) -> str:
        if runs:
            return "; ".join(_told(run) for run in runs)
        if not self.due:
            return "no: by its present schedules it was not due then"
        return "; ".join(self._unrecorded(row) for row in self.schedules if row.pk in self.due)

    def _waits(self, row: Schedule) -> bool:
        """Its plan has not gone past the moment: the scheduler is still to take it."""
        due = self.due.get(row.pk)
        return due is not None and row.next_run_time is not None and row.next_run_time <= due

    def _unrecorded(self, row: Schedule) -> str:
        """Of many moments that passed only the last has a row: it stands behind this one."""
        after = self.job.runs.filter(schedule=row, scheduled_for__gt=self.last).order_by("scheduled_for")
        if row.created_at > self.first:
            return f"no: schedule {row.name!r} was made or changed later, at {minute_in(self.zone, row.created_at)}"
        counted = after.first()
        if counted and not counted.attempt and COUNTS in counted.reason:
            return f"no: counted in {_told(counted)}"
        if row.paused_at and self._was_paused(row):
            return f"no: schedule {row.name!r} is paused since {minute_in(self.zone, row.paused_at)}; resuming tells the count"
        if self._waits(row):
            return "not yet: no scheduler took it, so misfire decides whether it runs late"
        return "no row is left of it"

    # ---- the future

    def _will(self, rules: list[Rule], chance: _Chance | None, doubt: _Doubt | None) -> tuple[bool, str]:
        against = [rule for rule in rules if rule.lets is False]
        if not self.due:
            bounds = [rule for rule in against if rule.rule in ("blackout", "bounds")]
            return False, f"no: {_pair(bounds[0])}" if bounds else "no: no schedule is due then"
        if of_the_job := [rule for rule in against if not rule.schedule]:
            return False, f"no: {_pair(of_the_job[-1])}"
        if chance is None:
            return False, f"no: {_pair(next(rule for rule in against if rule.rule == 'paused'))}"
        at, schedule, met = chance
        told = f"yes, at {hour_in(self.zone, at)} by schedule {schedule.name!r}"
        if doubt:
            return True, f"{told}{self._depends(doubt)}"
        return True, told + (
            f"; it would wait {met.seconds:.0f} s: {met.because}" if met and met.seconds else ""
        )

    def _depends(self, doubt: _Doubt) -> str:
        if self.job.overlap == "skip":
            return f", if run {doubt.run.pk} has ended by then: {doubt.because}"
        return f"; it would wait until run {doubt.run.pk} has ended: {doubt.because}"

    def _chance(self) -> _Chance | None:
        """The first moment of the span at which a run starts; if all are skipped, the first. Paused schedules have none."""
        free = [row for row in self.schedules if row.pk in self.due and not row.paused_at]
        moments = [(at, row) for row in free for at in self._moments(row)]
        moments.sort(key=lambda moment: (moment[0], moment[1].pk))  # as they are rehearsed
        met = self._met() if moments else {}
        chances = [_Chance(at, row, met.get((at, row.name))) for at, row in moments]
        return next((one for one in chances if not one.is_skipped), chances[0] if chances else None)

    def _moments(self, row: Schedule) -> list[datetime]:
        """All of the span."""
        if row.trigger == "startup":
            return [self.due[row.pk]]
        return row.rule().due(self.first, self.last, MOST_A_MINUTE).moments

    def _met(self) -> dict[tuple[datetime, str], Collision]:
        """What the moments of the job meet, by moment and schedule."""
        found = self._forecast.met if self._forecast else []
        return {(one.at, one.schedule): one for one in found if one.job == self.job.name}

    @cached_property
    def _forecast(self) -> Forecast | None:
        if not self.due or self.at > self.now + AHEAD:
            return None
        return forecast(
            most=MOST_MOMENTS,
            zone=self.zone,
            quiet=self.quiet,
            slots=self.health.slots,
            beside=[self.job.pk],
        )

    @cached_property
    def _length(self) -> Usual | None:
        found = self._forecast.lengths if self._forecast else usual([self.job.pk])
        return found.get(self.job.pk)

    def _doubt(self) -> _Doubt | None:
        """An unfinished run in the way of which no rehearsal knows when it ends. One query; in the order of ids alone SQLite
        would read all runs of the job."""
        if self.job.overlap == "replace":
            return None
        ready = Q(not_before__isnull=True) | Q(not_before__lte=self.now)
        unfinished = self.job.runs.unfinished().filter(ready).lean()
        in_the_way = list(unfinished.order_by("status", "id")[: self._at_once()])
        if len(in_the_way) < self._at_once():
            return None
        doubts = ((run, self._unforeseen(run, self._length)) for run in in_the_way)
        return next((_Doubt(run, because) for run, because in doubts if because), None)

    def _at_once(self) -> int:
        if self.job.overlap != "parallel":
            return 1
        return self.job.max_parallel or self.health.slots or settings.MXX_SLOTS

    def _unforeseen(self, run: Run, usually: Usual | None) -> str:
        """Why nobody can tell when it ends; "" when the rehearsal can."""
        if is_unheard(run):
            return run.reason
        if run.status == Status.QUEUED:
            return "it waits to start"
        if usually is None:
            return f"how long it takes is known after {ENOUGH} good runs"
        going = (self.now - (run.started_at or self.now)).total_seconds()
        told = f"it usually takes {usually.median:.0f} s, and goes on for {going:.0f} s"
        return told if going > usually.median else ""

    # ---- the rules

    def _was_paused(self, row: Schedule) -> bool:
        """Whether its present pause had begun at the moment; of earlier ones nothing is known."""
        return row.paused_at is not None and row.paused_at <= self.due.get(row.pk, self.last)

    def _schedule_rules(self, *, past: bool = False) -> Iterator[Rule]:
        for row in self.schedules:
            yield Rule("schedule", row.pk in self.due, f"{row.text} ({row.timezone})", row.name)
            trigger = row.rule()
            if isinstance(trigger, Bounded):
                inside = row.pk in self.due or not trigger.inner.due(self.first, self.last, 1).moments
                bounds = {key: row.spec[key] for key in ("start", "end", "blackout") if key in row.spec}
                yield Rule("blackout" if "blackout" in bounds else "bounds", inside, _pairs(bounds), row.name)
            if row.paused_at:
                later = past and not self._was_paused(row)
                since = f"since {minute_in(self.zone, row.paused_at)}"
                yield Rule(
                    "paused", None if later else False, since + ", after that moment" * later, row.name
                )
            window = row.misfire_window if row.misfire_window is not None else self.job.misfire_window
            told = "no window" if window is None else f"window {span(window)}"
            yield Rule("misfire", None, f"{row.misfire or self.job.misfire}, {told}", row.name)

    def _job_rules(self, *, past: bool = False) -> Iterator[Rule]:
        if past and not self.job.enabled and not all(map(self._was_paused, self.schedules)):
            yield Rule("job", None, "paused after that moment")
        else:
            yield Rule("job", self.job.enabled, "on" if self.job.enabled else "paused")
        spans = Quiet.objects.spans(self.first, self.last)
        told = [f"from {minute_in(self.zone, since)} to {self._end_of(until)}" for since, until in spans]
        yield Rule("quiet", not told, "; ".join(told) or "no")

    def _end_of(self, quiet: datetime) -> str:
        return (
            "whenever an admin resumes after the restore"
            if quiet >= OPEN_END
            else minute_in(self.zone, quiet)
        )

    def _load_rules(self, met: Collision | None, doubt: _Doubt | None) -> Iterator[Rule]:
        """What is known of the load: rehearsed for the next 24 hours, else as it is now."""
        lets = None if doubt else met is None or met.what != "skipped"
        yield Rule("overlap", lets, f"{self.job.overlap}; {self._rehearsed(met, doubt)}")
        yield self._scheduler_rule()
        state = self.health
        in_use = f"{state.running} of {state.slots} in use now"
        yield Rule("slots", None, in_use if state.slots else "none: no scheduler is there to give one")
        for tag in self.job.tags:
            if limit := settings.MXX_TAG_SLOTS.get(tag):
                used = sum(
                    tag in tags for tags in Run.objects.active().values_list("job__tags", flat=True) if tags
                )
                yield Rule("tag", None, f"{tag}: {used} of {limit} in use now")
        yield Rule("priority", None, f"{self.job.priority}")
        full = why_no_start()
        free = f"{shutil.disk_usage(settings.MXX_HOME).free / 1e9:.1f} GB free in MXX_HOME"
        yield Rule("disk", not full, f"it {full}" if full else free)

    def _scheduler_rule(self) -> Rule:
        return Rule("scheduler", self.health.ok, self.health.problem or "on time")

    def _rehearsed(self, met: Collision | None, doubt: _Doubt | None) -> str:
        if met:
            return met.because
        if doubt:
            return f"run {doubt.run.pk} must end before: {doubt.because}"
        if self._length is None:
            return f"how long it takes is known after {ENOUGH} good runs"
        return "nothing should be in its way"


def _told(run: Run) -> str:
    return f"run {run.pk} {run.status}" + (f" ({run.reason.rstrip('.')})" if run.reason else "")


def _pair(rule: Rule) -> str:
    return f"{rule.rule}: {rule.value}"


def _pairs(bounds: dict[str, object]) -> str:
    return ", ".join(
        f"{key} {', '.join(value) if isinstance(value, list) else value}" for key, value in bounds.items()
    )
