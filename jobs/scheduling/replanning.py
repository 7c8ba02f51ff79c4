"""What was planned may be by another clock: that of a leader before, or ours before it was set back."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Max

from jobs.models import Run, Schedule, Supervisor
from jobs.models.supervisor import STALE_AFTER
from jobs.models.writing import Change, write_rows
from jobs.scheduling.lease import LeaseHolder
from jobs.scheduling.store import Again
from jobs.timing import clock
from jobs.timing.table import trigger_of
from jobs.timing.triggers import going_on
from plugins.exceptions import MxxError

log = logging.getLogger("mxx.scheduler")

AT_ONCE = 200
"""Schedules planned again between two looks for what is due: some 30 ms."""
COLUMNS = ("id", "rev", "next_run_time", "trigger", "spec", "timezone")


class Replanning:
    """Brings forward every schedule whose next run lies behind its next moment from now on, some at a time.

    Nothing is held while it computes: 100,000 schedules take half a minute, and what is due does not wait for them.
    """

    def __init__(self, lease: LeaseHolder) -> None:
        self._lease = lease
        self._set_back = timedelta()
        """By how much the clock was set back, as long as waiting delays do not know of it."""
        self._now: datetime | None = None
        self._done = 0
        """The greatest id that is done."""
        self.going = True

    def begin(self, *, set_back: float = 0.0) -> None:
        """With the next some(), from the first schedule on. set_back: seconds by which the clock was, just now."""
        self._set_back += timedelta(seconds=set_back)
        self._now, self._done, self.going = None, 0, True

    def begin_by_another_clock(self) -> None:
        """Somebody else leads, minds the delays and plans by its own clock: once we lead, we plan by ours."""
        self._set_back = timedelta()
        self.begin()

    def some(self) -> None:
        """Plan the next few again. Raises NotLeader."""
        if not self.going:
            return
        if self._now is None:
            self._now = self._begun()
        waiting = Schedule.objects.waiting().filter(next_run_time__gt=self._now, pk__gt=self._done)
        rows = list(waiting.order_by("pk").values_list(*COLUMNS)[:AT_ONCE])
        until = self._lease.repeats_until or self._now
        self._bring_forward([change for row in rows if (change := _sooner(self._now, until, *row))])
        self._done = rows[-1][0] if rows else self._done
        self.going = len(rows) == AT_ONCE

    def _begun(self) -> datetime:
        """Now; nothing is planned by one who does not lead, and what depends on the clock's step is told first."""
        now = clock.now()
        with transaction.atomic():
            self._lease.hold()
            if self._set_back:
                self._lease.note_step_back(now + self._set_back)
                bring_delays_forward(now, self._set_back)
            elif unseen := set_back_unseen(self._lease, now):
                log.warning(
                    "the clock was set back by %.0f s or more while MXX was off", unseen.total_seconds()
                )
                self._lease.note_step_back(now + unseen)
                bring_retries_forward(now, unseen)
        self._set_back = timedelta()
        return now

    def _bring_forward(self, changes: list[Change]) -> None:
        """A schedule that was edited or fired since it was read keeps what it has."""
        if changes:
            with transaction.atomic():
                self._lease.hold()
                write_rows(Schedule, changes)


def again(lease: LeaseHolder) -> Again | None:
    """Which moments come for the second time."""
    if lease.repeats_until is None or lease.repeats_until < clock.now():
        return None
    return Again(lease.repeats_until, timedelta(microseconds=lease.steps_back))


def set_back_unseen(lease: LeaseHolder, now: datetime) -> timedelta:
    """By how much, at least, the clock was set back while nobody was there to see it: so far ahead lies the last heartbeat
    of a supervisor of this home. A heartbeat from another home may come from a clock that was never set."""
    home = lease.holder.partition(":")[0]
    before_us = Supervisor.objects.filter(kind="supervisor", pk__startswith=f"{home}:").exclude(
        pk=lease.holder
    )
    last: datetime | None = before_us.aggregate(last=Max("heartbeat_at"))["last"]
    known = lease.repeats_until
    if last is None or last <= now + STALE_AFTER or (known is not None and known >= last):
        return timedelta()
    return last - now


def bring_delays_forward(now: datetime, step: timedelta) -> None:
    """A delay, of a retry or after the start of MXX, is no longer because the clock was set back meanwhile."""
    bring_retries_forward(now, step)
    startups = Schedule.objects.waiting().filter(trigger="startup", next_run_time__gt=now)
    startups.update(next_run_time=F("next_run_time") - step)


def bring_retries_forward(now: datetime, step: timedelta) -> None:
    Run.objects.queued().filter(not_before__gt=now).update(not_before=F("not_before") - step)


def _sooner(
    now: datetime,
    until: datetime,
    pk: int,
    rev: int,
    planned: datetime,
    trigger: str,
    spec: dict[str, object],
    timezone: str,
) -> Change | None:
    """until: up to there the clock shows each moment again."""
    try:
        following = going_on(trigger_of(trigger, spec, timezone), now, until).after(now)
    except (MxxError, LookupError, ValueError) as error:
        log.warning(
            "schedule %s cannot be planned again: %s", pk, error
        )  # when it is due, its history says so
        return None
    if following is None or following >= planned:
        return None
    return {"id": pk, "rev": rev, "next_run_time": planned}, {"next_run_time": following}
