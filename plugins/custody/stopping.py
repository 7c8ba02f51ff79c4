"""The programs' own stop commands: `ldconsole quit`, `bot --shutdown`. They come first at the end of a run."""

from __future__ import annotations

import time
from collections.abc import Callable

from plugins.context import LaunchRequest
from plugins.custody.launches import Members, busy
from plugins.custody.programs import Program, Programs
from plugins.exceptions import CannotLaunch
from plugins.output.draining import Output

LEAST = 0.5
"""Seconds of the grace that are left for asking, however long the commands took."""
LOOK = 0.05
"""Seconds between two looks whether the programs are gone."""


class StopCommands:
    """A command that fails or hangs is a program of the run like any other: it is ended with them."""

    def __init__(self, programs: Programs, output: Output, members: Members) -> None:
        self._programs, self._output, self._members = programs, output, members
        self._going: list[Program] = []
        self._look_at = 0.0

    def run(self, grace: float, turn: Callable[[float], None]) -> float:
        """All of them side by side, within the grace; what is left of it is for asking those that are still there."""
        until = time.monotonic() + grace
        self._going = self._begin()
        while self._may_work() and time.monotonic() < until:
            turn(0.02)
        return max(until - time.monotonic(), min(LEAST, grace))

    def _may_work(self) -> bool:
        self._going = [one for one in self._going if one.ended is None or one.code == 0]
        if self._going and time.monotonic() >= self._look_at:
            lively = busy(self._members())
            self._going = [one for one in self._going if one.stops in lively]
            self._look_at = time.monotonic() + LOOK
        return bool(self._going)

    def _begin(self) -> list[Program]:
        wanted = [program for program in self._programs.all if program.order.stop]
        lively = busy(self._members()) if wanted else set()
        begun = [self._start(program) for program in wanted if program.number in lively]
        return [command for command in begun if command]

    def _start(self, program: Program) -> Program | None:
        order = program.order
        command = LaunchRequest(order.stop, order.cwd, order.env, f"stop of {program.name}"[:50])
        try:
            return self._programs.spawn(command, stops=program.number)
        except CannotLaunch as error:
            self._output.say(str(error))
            return None
