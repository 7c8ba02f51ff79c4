"""A run in the foreground: what `runjob` does. The same keeper, the same row, the log live."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from jobs import services
from jobs.execution import owner
from jobs.execution.claim import claim_one
from jobs.execution.finishing import finish_all, finish_without_result, note_started
from jobs.execution.keepers import start_cold
from jobs.execution.owner import host_name
from jobs.execution.recovery import keeper_lives, recover
from jobs.execution.specs import spec_of
from jobs.models import Run, Status, Supervisor
from plugins.custody.backends import Identity, backend
from plugins.exceptions import MxxError
from plugins.output.segments import Record

LOOK = 0.05
HEARTBEAT = 2.0


class Foreground:
    """Owns one run from claim to end. If this process is killed, a supervisor of this host adopts the run."""

    def __init__(self, show: Callable[[list[Record]], None]) -> None:
        self.row: Supervisor = owner.register("runjob")
        self._show = show
        self._cancelled = threading.Event()
        self._beat_due = 0.0
        self._offset = 0

    def cancel(self) -> None:
        """From a signal handler: the run is stopped like from any face."""
        self._cancelled.set()

    def execute(self, run: Run) -> Run:
        """run: queued and reserved for this process. Returns it ended."""
        try:
            if self._claim(run):
                self._run(run)
        finally:
            owner.sign_off(self.row.pk)
        run.refresh_from_db()
        return run

    def _claim(self, run: Run) -> bool:
        """Wait until the job is not busy. False when the run was cancelled meanwhile."""
        while not claim_one(run, owner=self.row.pk, host=host_name()):
            self._beat()
            if self._cancelled.is_set() and not run.is_over:
                services.cancel_run(run=run, reason="cancelled in the terminal")
            run.refresh_from_db()
            if run.is_over:
                return False
            time.sleep(LOOK)
        return True

    def _run(self, run: Run) -> None:
        try:
            spec = spec_of(run)
        except MxxError as error:
            finish_without_result(run, Status.FAILED, str(error))
            return
        keeper = start_cold(spec)
        asked = False
        while not finish_all([run]):
            self._turn(run)
            if self._cancelled.is_set() and not asked:
                asked = self._stop(run)
            if keeper.poll() is not None and services.run_dir(run).result() is None:
                self._after_a_dead_keeper(run)
                break
        keeper.wait()
        self._show_news(run)

    def _turn(self, run: Run) -> None:
        self._show_news(run)
        self._beat()
        if run.status == Status.CLAIMED and (started := services.run_dir(run).started()):
            note_started({run.pk: (run.attempt, started["at"])}, self.row.pk)
            run.refresh_from_db()
        if (
            not self._cancelled.is_set()
            and Run.objects.filter(pk=run.pk, cancel_requested_at__isnull=False).exists()
        ):
            run.refresh_from_db()
            self._cancelled.set()
        time.sleep(LOOK)

    def _stop(self, run: Run) -> bool:
        folder = services.run_dir(run)
        folder.ask_to_stop(run.cancel_reason or "cancelled in the terminal")
        started = folder.started() or {}
        if "pid" in started:
            backend().wake(Identity(started["pid"], started["start"]))
        return True

    def _after_a_dead_keeper(self, run: Run) -> None:
        while not run.is_over and not keeper_lives(services.run_dir(run)):
            recover(run, self.row.pk)
            run.refresh_from_db()
            if run.status == Status.QUEUED:
                finish_without_result(run, Status.FAILED, "its keeper could not be started")
                return

    def _show_news(self, run: Run) -> None:
        records = services.run_records(run, self._offset)
        if records:
            self._offset = records[-1].end
            self._show(records)

    def _beat(self) -> None:
        if time.monotonic() >= self._beat_due:
            owner.beat(self.row.pk)
            self._beat_due = time.monotonic() + HEARTBEAT
