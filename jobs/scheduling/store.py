"""The job store of APScheduler is our Schedule table: no pickles, no second copy."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from apscheduler.job import Job as APJob
from apscheduler.triggers.base import BaseTrigger
from django.db import connection
from django_apscheduler.jobstores import DjangoJobStore

from jobs.models import Quiet, Schedule, Status
from jobs.models.compiled import Compiled
from jobs.scheduling.planning import Moment, Plan, Span, plan, plan_startup
from jobs.timing import clock
from jobs.timing.table import trigger_of
from jobs.timing.triggers import Trigger, going_on
from plugins.exceptions import MxxError

log = logging.getLogger("mxx.scheduler")

BATCH = 2000
"""Schedules a wake-up takes at most, so that one transaction stays short."""


KNOWN = 20_000
"""Triggers kept in memory at most; one costs about a kilobyte and 0.1 ms to make again."""


_FIRST = Compiled(
    lambda: Schedule.objects.waiting().order_by("next_run_time").values_list("next_run_time")[:1]
)


class Row(NamedTuple):
    id: int
    rev: int
    trigger: str
    spec: dict[str, Any]
    timezone: str
    next_run_time: datetime
    params: dict[str, Any]
    misfire: str
    misfire_window: float | None
    job_id: int
    job__name: str
    job__revision_id: int
    job__revision__toml: str
    job__priority: int
    job__misfire: str
    job__misfire_window: float | None


class Again(NamedTuple):
    """The clock was set back: moments up to `until` come for the second time.

    What follows real time (intervals, expressions with a starred minute or hour) runs again then; since a due moment has
    one row, the new row stands `beside` it by so little that nobody sees it. What is fixed to a time of day does not.
    """

    until: datetime
    beside: timedelta


class Planned(BaseTrigger):
    """Answers what the plan already holds: the arithmetic is done once, by our own clock."""

    def __init__(self, following: datetime | None) -> None:
        self.following = following

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        return self.following


class DueJob(APJob):
    """A schedule that is due, in APScheduler's clothes."""

    row: Row
    plan: Plan
    again: timedelta

    def _get_run_times(self, now: datetime) -> list[datetime]:
        """APScheduler's own lists every missed moment since; ours comes from the plan."""
        return [moment.at for moment in self.plan.moments]


def _never() -> None:
    raise AssertionError("the executor appends Run rows; it calls nothing")


class ScheduleJobStore(DjangoJobStore):
    """Reads Schedule; what APScheduler wants to change is kept until flush(), in the wake-up's transaction."""

    def __init__(self) -> None:
        super().__init__()
        self._triggers: dict[int, tuple[int, Trigger]] = {}
        self._next: dict[int, datetime | None] = {}
        self.failure: Exception | None = None
        self.again: Again | None = None
        self._quiet: list[Span] = []

    def register_event_listeners(self) -> None:
        """No DjangoJobExecution rows: Run is the history."""

    def get_due_jobs(self, now: datetime) -> list[DueJob]:
        """APScheduler swallows what is raised here; it is kept in `failure` for the wake-up to raise."""
        try:
            due = Schedule.objects.due(clock.now())
            if Quiet.objects.going_on(clock.now()):
                return []
            if connection.vendor == "postgresql":
                due = due.select_for_update(of=("self",), skip_locked=True)
            rows = [Row(*row) for row in due.values_list(*Row._fields)[:BATCH]]
            self._quiet = Quiet.objects.spans(rows[0].next_run_time, clock.now()) if rows else []
            return [self._due_or_broken(row) for row in rows]
        except Exception as error:
            self.failure = error
            raise

    def get_next_run_time(self) -> datetime | None:
        """Of what is stored, but not within a quiet time; what this wake-up changes counts after flush()."""
        first = _FIRST.rows()
        following: datetime | None = first[0][0] if first else None
        now = clock.now()
        quiet = Quiet.objects.going_on(now) if following and following <= now else None
        return quiet.until if quiet else following

    def lookup_job(self, job_id: str) -> DueJob | None:
        row = Schedule.objects.waiting().filter(pk=job_id).values_list(*Row._fields).first()
        return self._due_job(Row(*row)) if row else None

    def get_all_jobs(self) -> list[DueJob]:
        rows = Schedule.objects.waiting().order_by("next_run_time").values_list(*Row._fields)
        return [self._due_job(Row(*row)) for row in rows]

    def add_job(self, job: APJob) -> None:
        raise NotImplementedError("write a Schedule row instead")

    def update_job(self, job: APJob) -> None:
        self._next[int(job.id)] = job.next_run_time

    def remove_job(self, job_id: str) -> None:
        """The end of a trigger means "no next run". Nothing is looked up, so no JobLookupError can exist."""
        self._next[int(job_id)] = None

    def remove_all_jobs(self) -> None:
        raise NotImplementedError("delete jobs through jobs.services")

    def flush(self) -> None:
        """Write the new next_run_time of each schedule that fired; one bulk statement."""
        changed, self._next = self._next, {}
        if not changed:
            return
        table = Schedule._meta.db_table
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute(
                    f"UPDATE {table} s SET next_run_time = v.at"
                    " FROM unnest(%s::bigint[], %s::timestamptz[]) AS v(id, at) WHERE s.id = v.id",
                    [list(changed), list(changed.values())],
                )
            else:
                adapt = connection.ops.adapt_datetimefield_value
                values = [(adapt(at) if at else None, pk) for pk, at in changed.items()]
                cursor.executemany(f"UPDATE {table} SET next_run_time = %s WHERE id = %s", values)

    def forget(self) -> None:
        """Drop what a failed wake-up has left."""
        self._next.clear()
        self.failure = None

    def _due_job(self, row: Row) -> DueJob:
        return self._in_clothes(row, self._plan(row), self._beside(row))

    def _in_clothes(self, row: Row, found: Plan, again: timedelta) -> DueJob:
        if not found.moments:
            self._next[row.id] = found.next  # nothing to write: APScheduler would leave it due for ever
        job = DueJob.__new__(
            DueJob
        )  # Job.__init__ would register it; DjangoJobStore builds jobs like this too
        job._scheduler, job._jobstore_alias = self._scheduler, self._alias
        job.id, job.name, job.executor = str(row.id), row.job__name, "default"
        job.func, job.func_ref, job.args, job.kwargs = _never, "jobs.scheduling.store:_never", (), {}
        job.trigger, job.next_run_time = Planned(found.next), row.next_run_time
        job.misfire_grace_time, job.coalesce, job.max_instances = None, False, 1 << 30
        job.row, job.plan, job.again = row, found, again
        return job

    def _due_or_broken(self, row: Row) -> DueJob:
        """A schedule that cannot be planned (its zone is gone, say) must not silence all others."""
        try:
            return self._due_job(row)
        except (MxxError, LookupError, ValueError) as error:
            log.error("schedule %s of %s is due no more: %s", row.id, row.job__name, error)
            reason = f"the schedule cannot be planned and is due no more: {error}"
            return self._in_clothes(
                row, Plan([Moment(row.next_run_time, Status.MISSED, reason)]), timedelta()
            )

    def _plan(self, row: Row) -> Plan:
        if row.trigger == "startup":
            return plan_startup(row.next_run_time, self._quiet)
        now, trigger = clock.now(), self._trigger(row)
        if self.again:
            trigger = going_on(trigger, min(row.next_run_time, now), self.again.until)
        return plan(
            trigger,
            row.next_run_time,
            now,
            misfire=row.misfire or row.job__misfire,
            window=row.misfire_window if row.misfire_window is not None else row.job__misfire_window,
            quiet=self._quiet,
        )

    def _beside(self, row: Row) -> timedelta:
        again = self.again
        if again is None or row.next_run_time > again.until or row.trigger == "startup":
            return timedelta()
        return again.beside if self._trigger(row).follows_real_time else timedelta()

    def _trigger(self, row: Row) -> Trigger:
        known = self._triggers.get(row.id)
        if known is None or known[0] != row.rev:
            if len(self._triggers) >= KNOWN:
                self._triggers.clear()  # schedules that are gone stay no longer than that
            known = self._triggers[row.id] = (row.rev, trigger_of(row.trigger, row.spec, row.timezone))
        return known[1]
