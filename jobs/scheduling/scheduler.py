"""The scheduler: each wake-up is one transaction of lease, due schedules, Run rows and their next moments."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from threading import Event

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.schedulers.base import STATE_STOPPED
from django.db import connection, transaction

from jobs import services
from jobs.models import Schedule
from jobs.scheduling.executor import RunExecutor
from jobs.scheduling.lease import LeaseHolder, NotLeader
from jobs.scheduling.replanning import Replanning, again
from jobs.scheduling.store import ScheduleJobStore
from jobs.services.passing import tell_dropped
from jobs.timing import clock

log = logging.getLogger("mxx.scheduler")

LONGEST_WAIT = 1.0
"""Seconds between two looks at the wall clock: it may have been set, or the machine may have slept."""
SHORTEST_WAIT = 0.005
"""Seconds: on PostgreSQL a due row that an edit holds is skipped, and looked at again."""
STANDBY = 0.5
STEP = 2.0
"""Seconds that the wall clock must be set back to count as a step."""
BACK_OFF = (0.2, 5.0)
"""Seconds to wait after a failed wake-up: the first, doubled up to the last."""


class Scheduler(BackgroundScheduler):
    """Overrides _process_jobs and _main_loop of APScheduler 3.11 (tests/jobs/scheduling/test_contract.py)."""

    def __init__(self, holder: str, on_runs: Callable[[], None] = lambda: None) -> None:
        self.store, self.executor = ScheduleJobStore(), RunExecutor()
        self.lease = LeaseHolder(holder)
        self.on_runs = on_runs
        self.beat_at: datetime | None = None
        """Last turn of the loop that ended well: what health is read from."""
        self.replanning = Replanning(self.lease)
        self._offset = clock.now().timestamp() - clock.monotonic()
        super().__init__(
            jobstores={"default": self.store},
            executors={"default": self.executor},
            timezone="UTC",
            daemon=True,
        )
        self._event = Event()  # from the beginning: a wake-up before the start is none too early

    def _main_loop(self) -> None:
        wait, pause = 0.0, BACK_OFF[0]
        while self.state != STATE_STOPPED:
            self._event.wait(wait)
            self._event.clear()
            try:
                self._heed_the_clock()
                wait = min(max(self._process_jobs(), SHORTEST_WAIT), LONGEST_WAIT)
                self.beat_at, pause = clock.now(), BACK_OFF[0]
            except Exception as error:
                _tell(error, pause)
                connection.close()
                wait, pause = pause, min(pause * 2, BACK_OFF[1])
        self._give_up_lease()

    def _heed_the_clock(self) -> None:
        """After a step back what was planned lies too far ahead: whoever leads plans again. A moment that has a row keeps
        it."""
        now = clock.now()
        offset = now.timestamp() - clock.monotonic()
        if offset < self._offset - STEP:
            seconds = self._offset - offset
            log.warning("the clock was set back by %.0f s: planning again", seconds)
            self.replanning.begin(set_back=seconds)
        elif offset > self._offset + STEP:
            log.warning(
                "the clock went forward by %.0f s: what came due meanwhile is caught up",
                offset - self._offset,
            )
        self._offset = offset

    def _process_jobs(self) -> float:
        """Seconds until the next look. Reads one index; writes only when something is due or the lease is old."""
        if self.lease.fresh and not self.replanning.going and (left := self._until_next()) > 0:
            return left
        rows = 0
        try:
            self.replanning.some()
            if not self.lease.fresh or self._until_next() <= 0:
                rows = self._wake_up()
        except NotLeader:
            self.lease.epoch = None
            self.replanning.begin_by_another_clock()
            return STANDBY
        except Exception:
            self.lease.epoch = None  # rolled back with the rest
            raise
        if rows:
            self.on_runs()
        return 0.0 if self.replanning.going else self._until_next()

    def _wake_up(self) -> int:
        """One transaction; returns how many rows were written. Raises NotLeader."""
        try:
            with transaction.atomic():
                self.lease.hold()
                self.store.again = again(self.lease)
                super()._process_jobs()
                self._raise_swallowed()
                rows = self.executor.flush()
                self.store.flush()
        finally:
            self.executor.forget()
            self.store.forget()
        return rows

    def _until_next(self) -> float:
        following = self.store.get_next_run_time()
        if following is None:
            return LONGEST_WAIT
        return max(0.0, (following - clock.now()).total_seconds())

    def _raise_swallowed(self) -> None:
        """APScheduler logs errors of store and executor and goes on; for us the wake-up is all or nothing."""
        failure = self.store.failure or self.executor.failure
        if failure:
            raise failure

    def _give_up_lease(self) -> None:
        try:
            self.lease.release()
        except services.AWAY as error:
            log.warning("the lease could not be given back: %s; it ends by itself", services.why_away(error))
        connection.close()


def _tell(error: Exception, pause: float) -> None:
    if services.is_away(error):
        log.error("a wake-up failed: %s; trying again in %.1f s", services.why_away(error), pause)
    else:
        log.exception("a wake-up failed; trying again in %.1f s", pause)


@transaction.atomic
def plan_startup_schedules(started: datetime) -> int:
    """Give every startup schedule its moment for this start of MXX; returns how many."""
    rows = Schedule.objects.present().filter(
        trigger="startup", enabled=True, job__enabled=True, job__deleted_at__isnull=True
    )
    for row in rows.select_related("job").select_for_update(of=("self",)):
        tell_dropped(row, started, "planned for this start of MXX")
        row.next_run_time = row.rule().at_start(started)
        row.save(update_fields=["next_run_time"])
    return len(rows)
