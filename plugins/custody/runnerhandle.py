"""The keeper's hold on its runner: what it is doing, how it is told to stop, and its end."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from plugins.custody.backends.base import Backend
from plugins.custody.line import Line, Take
from plugins.custody.runner import Task
from plugins.custody.spec import RunSpec
from plugins.custody.stations import Ends, Station

DEAF_AFTER = 1.0
"""Seconds that an interrupted hook has to let go, and a runner that is done to exit, before it is killed."""


class RunnerHandle:
    """pid: 0 while there is none; it is our own unreaped child, so no signal can meet somebody else."""

    def __init__(self, station: Station, take: Take, broken: Callable[[Exception], None]) -> None:
        self._station, self._take, self._broken = station, take, broken
        self._line: Line | None = None
        self._ready = self._stopped = self._rested = False
        self.pid = 0
        self.hook = ""
        """What it is doing, for the sentence when it dies in it."""
        self.deaf_at: float | None = None
        """When it is killed, unless it lets go before."""

    def start(self, spec: RunSpec, backend: Backend, task: Task, watch: Callable[[int, int], None]) -> None:
        """watch(): takes the pipes with its output and its errors."""

        def take(ends: Ends) -> None:
            self._line = Line(ends.sock, self._station.selector, self._take, self._broken)
            watch(ends.output, ends.errors)

        self._ready = self._stopped = False
        self.hook, self.deaf_at = "", None
        resting = self._station.resting
        self.pid = self._station.start_runner(spec, backend, task, take)
        self._rested = self.pid == resting

    @property
    def died_at_rest(self) -> bool:
        """Whether this one, who is dead, had rested before and has done nothing for the run: its end came too late to be seen."""
        return self._rested and not (self._ready or self._stopped)

    def say(self, **message: Any) -> None:
        if self._line is not None:
            self._line.say(**message)

    def is_ready(self) -> None:
        """It hears signals now."""
        self._ready = True
        self._interrupt()

    def stop(self, status: str) -> None:
        """Interrupt its hook: by a signal, as soon as it is ready, and by force when it is deaf."""
        self._stopped = True
        self.say(kind="stop", status=status)
        self.must_let_go()
        self._interrupt()

    def must_let_go(self) -> None:
        self.deaf_at = time.monotonic() + DEAF_AFTER

    def kill(self) -> None:
        self.deaf_at = None
        if self.pid:
            self._station.kill(self.pid)

    def bury(self) -> None:
        """It was reaped: take its last words."""
        self.pid, self.deaf_at = 0, None
        if self._line is not None:
            self._line.last_words()
            self._line = None

    def where(self, joint: str) -> str:
        """For a sentence: joint and hook, " in action of os"; nothing when it was in none."""
        return f"{joint} {self.hook}" if self.hook else ""

    def _interrupt(self) -> None:
        if self._ready and self._stopped and self.pid:
            self._station.interrupt(self.pid)
