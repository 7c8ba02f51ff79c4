"""The supervisor: the process with the database. Scheduler, dispatcher, collector, recovery, heartbeat."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from django.conf import settings

from jobs import services
from jobs.execution import owner
from jobs.execution.ahead import ReadAhead
from jobs.execution.local import LocalDispatcher
from jobs.execution.loops import Loop
from jobs.execution.watcher import Watcher, watcher
from jobs.models import Supervisor as Row
from jobs.scheduling.scheduler import Scheduler, plan_startup_schedules

log = logging.getLogger("mxx.supervisor")

HEARTBEAT = 2.0
HISTORY_PAUSE, HISTORY_PAUSE_BUSY = 2.0, 0.2
ALIVE_WITHIN = 15.0
"""Seconds without a turn after which a loop counts as dead and the heartbeat stops."""


class Supervisor:
    """start(), then stop(); in between everything happens in its loops."""

    def __init__(self, give_up: Callable[[], None] = lambda: None) -> None:
        """give_up: called once when this process must not go on with its database."""
        self._give_up, self._file = give_up, services.database_identity()
        self.row: Row = owner.register("supervisor", settings.MXX_SLOTS)
        self.dispatcher = LocalDispatcher(self.row.pk, settings.MXX_SLOTS)
        self.scheduler = Scheduler(self.row.pk, on_runs=self.dispatcher.kick.set)
        self._watcher: Watcher | None = None
        self._pause = threading.Event()
        self.loops = [
            Loop("watcher", self._look, self._open_watch),
            Loop("dispatcher", self.dispatcher.dispatch),
            Loop("collector", self.dispatcher.collect),
            Loop("recovery", self._mend),
            Loop("heartbeat", self._beat),
        ]
        self.historian = Loop("historian", self._keep_history)
        """Not among the loops: what it keeps is for the pages, what it reads ahead only saves time; no start waits for it."""
        self._ahead = ReadAhead()

    def start(self) -> None:
        if owner.is_first(self.row):
            services.retell_schedules()
            plan_startup_schedules(self.row.started_at)
        self.dispatcher.keepers.open()
        self.dispatcher.kick.set()
        for loop in (*self.loops, self.historian):
            loop.start()
        self.scheduler.start()

    def stop(self) -> None:
        """Orderly: nothing new starts; running jobs go on and are adopted by the next supervisor."""
        self.scheduler.shutdown()
        self._pause.set()
        for loop in (*self.loops, self.historian):
            loop.stop()
        self.dispatcher.kick.set()
        for loop in (*self.loops, self.historian):
            loop.join(5.0)
        if self._watcher is not None:
            self._watcher.close()
        self.dispatcher.keepers.close()
        owner.sign_off(self.row.pk)

    # ---- turns

    def _open_watch(self) -> None:
        if self._watcher is not None:
            self._watcher.close()
            self._watcher = None
        self._watcher = watcher()

    def _look(self) -> None:
        assert self._watcher is not None
        if self._watcher.watch(0.5):
            self.dispatcher.kick.set()  # first: somebody may be waiting for a run
            self.scheduler.wakeup()

    def _mend(self) -> None:
        self.dispatcher.mend()
        self._pause.wait(1.0)

    def _keep_history(self) -> None:
        self._ahead.look(self._pause.wait)
        more = services.keep_history(f"{services.home_id()}:")
        self._pause.wait(HISTORY_PAUSE_BUSY if more else HISTORY_PAUSE)

    def _beat(self) -> None:
        """Write the heartbeat only while every loop turns, and only to the database that is there."""
        if services.database_identity() != self._file:
            log.error(
                "the database file was removed or replaced: ending, so that nothing goes into the old one"
            )
            self._give_up()
            self._pause.wait()
        still = [loop.name for loop in self.loops if not loop.is_alive(ALIVE_WITHIN)]
        if still:
            log.error("no heartbeat: %s stands still", ", ".join(still))
        else:
            owner.beat(self.row, self.scheduler.beat_at)
        self._pause.wait(HEARTBEAT)
