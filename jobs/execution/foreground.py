"""A run in the foreground: what `runjob` does. The same keeper, the same row, the log live."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import Error, connection

from jobs import services
from jobs.execution import owner
from jobs.execution.claim import claim_one
from jobs.execution.finishing import finish_all, finish_without_result, note_started
from jobs.execution.keepers import start_cold
from jobs.execution.owner import host_name
from jobs.execution.recovery import Fate, orphans, recover, release_reservations
from jobs.execution.specs import spec_of
from jobs.execution.sweeps import Sweeps
from jobs.models import Run, Status, Supervisor
from plugins.custody.backends import Identity, backend
from plugins.custody.sweep import keeper_lives
from plugins.exceptions import MxxError
from plugins.output import segments
from plugins.output.segments import Record

log = logging.getLogger("mxx.runjob")
LOOK = 0.05
BY_TERMINAL = "cancelled in the terminal"
HEARTBEAT = 2.0


@contextmanager
def patience() -> Iterator[None]:
    """A database that is locked or away costs a look, not the terminal: the keeper goes on meanwhile."""
    try:
        yield
    except Error as error:
        if not services.is_away(error):
            raise
        log.warning("%s; looking again", services.why_away(error))
        connection.close()


class Foreground:
    """Owns one run from claim to end. If this process is killed, a supervisor of this host adopts the run."""

    def __init__(
        self, show: Callable[[list[Record]], None], progress: Callable[[services.Progress], None]
    ) -> None:
        self.row: Supervisor = owner.register("runjob")
        self._show, self._progress = show, progress
        self._cancelled = threading.Event()
        self._sweeps = Sweeps()
        self._beat_due = 0.0
        self._offset = 0

    def cancel(self) -> None:
        """From a signal handler: the run is stopped like from any face."""
        self._cancelled.set()

    def execute(self, run: Run) -> Run:
        """run: queued and reserved for this process. Returns it ended, retries included."""
        try:
            while self._claim(run):
                self._attempt(run)
        finally:
            with patience():
                owner.sign_off(self.row.pk)
        return run

    def _claim(self, run: Run) -> bool:
        """Wait until the job is not busy. False when the run is over."""
        while not run.is_over:
            with patience():
                if not services.why_no_start() and claim_one(run, owner=self.row.pk, host=host_name()):
                    return True
                if self._cancelled.is_set():
                    services.cancel_run(run=run, reason=BY_TERMINAL)
                self._beat()
                self._clear_the_way()
                run.refresh_from_db()
            time.sleep(LOOK)
        return False

    def _clear_the_way(self) -> None:
        """Without a supervisor nobody else would end what a dead owner left."""
        release_reservations()
        for orphan in orphans(self.row.pk):
            if not keeper_lives(services.run_dir(orphan)):
                recover(orphan, self.row.pk, start_cold, self._sweeps)

    def _attempt(self, run: Run) -> None:
        """One attempt, from the go token until its end is in the row, by whomever it was written."""
        try:
            keeper = start_cold(spec_of(run))
        except MxxError as error:
            finish_without_result(run, Status.FAILED, str(error))
            return
        attempt = run.attempt
        while run.is_active and run.attempt == attempt:
            time.sleep(LOOK)
            with patience():
                self._turn(run)
                if run.owner == self.row.pk and not finish_all([run]) and keeper.poll() is not None:
                    self._after_a_dead_keeper(run)
        keeper.wait()
        self._show_news(run, attempt)
        self._offset = 0

    def _turn(self, run: Run) -> None:
        run.refresh_from_db()
        self._show_news(run, run.attempt)
        self._beat()
        started = services.run_dir(run).started() or {}
        if run.status == Status.CLAIMED and "at" in started:
            note_started({run.pk: (run.attempt, started["at"])}, self.row.pk)
        if self._cancelled.is_set() or run.cancel_requested_at:
            self._stop(run, started)

    def _stop(self, run: Run, started: dict[str, Any]) -> None:
        """Once: the keeper reads the request at its next look, or at this signal."""
        folder = services.run_dir(run)
        if folder.stop_request() is None:
            folder.ask_to_stop(run.cancel_reason or BY_TERMINAL)
            if "pid" in started:
                backend().wake(Identity.of(started))

    def _after_a_dead_keeper(self, run: Run) -> None:
        """It may have ended in order between two looks; if not, the run is lost, or never began."""
        if recover(run, self.row.pk, start_cold, self._sweeps) is Fate.REQUEUED:
            Run.objects.filter(pk=run.pk).update(reserved_for=self.row.pk)

    def _show_news(self, run: Run, attempt: int) -> None:
        records = segments.read(services.run_dir(run, attempt).log, self._offset)
        if records:
            self._offset = records[-1].end
            self._show(records)
        if told := services.live_progress(run):
            self._progress(told)

    def _beat(self) -> None:
        if time.monotonic() >= self._beat_due:
            owner.beat(self.row)
            self._beat_due = time.monotonic() + HEARTBEAT
