"""The keeper of one detached program: it keeps custody after the run has ended, until the program ends or is stopped.

Its folder is `detached/NUMBER` in the run's: marker, `program`, the segments of its log, `result`. A program whose
keeper was killed speaks to nobody: what it writes then is an error to it, as to any program whose reader is gone.
"""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import dataclass
from typing import Any

from plugins.custody.backends import backend
from plugins.custody.backends.base import Backend, Identity, Member, marked
from plugins.custody.detaching import DetachedSpec
from plugins.custody.kill import Ending, terminate
from plugins.custody.programs import give_way, spawned
from plugins.custody.spec import hide_our_variables, outer_environment
from plugins.custody.stations import Station, prepare_keeper, station
from plugins.exceptions import CannotLaunch
from plugins.exits import ended_how
from plugins.output.draining import Output
from plugins.output.masking import Mask
from plugins.output.segments import ERR, OUT, Writer

OF_THE_PROGRAM, OF_ITS_STOP_COMMAND = 1, 2
"""Numbers of launches in its log."""
LOOK = 5.0
"""Seconds between two looks at the stop request; whoever writes one wakes us, too."""
DRAIN = 0.2
"""Seconds to wait for the rest of the output after everybody is gone: somebody else may hold the pipe."""


@dataclass
class DetachedKeeper:
    spec: DetachedSpec
    backend: Backend
    station: Station
    output: Output
    identity: Identity | None = None
    code: int | None = None
    next_look: float = 0.0

    def keep(self) -> None:
        began = time.monotonic()
        self._prepare()
        try:
            pid = self._spawn(self.spec.order.argv, OF_THE_PROGRAM)
        except CannotLaunch as error:
            _answer({"refused": str(error)})
            return
        self.identity = self.backend.identity(pid) or Identity(pid, 0)
        self._tell_started()
        how = self._until_it_ends(began)
        ending = self._end() if how else Ending()
        self._drain()
        self._write_result(how, ending)

    def _prepare(self) -> None:
        me = self.backend.identity(os.getpid())
        assert me is not None
        owner = {**me.told(), "boot": self.backend.boot(), "mark": self.spec.mark, "at": time.time()}
        self.spec.dir.take_marker({**owner, "group": self.backend.group, "grace": self.spec.grace})
        self.backend.enter_keeper(self.spec.mark)
        self.station.open(self._woken)

    def _spawn(self, argv: list[str], number: int) -> int:
        spec = self.spec
        environment = marked({**outer_environment(), **spec.env}, spec.mark, spec.number)
        pid, pipes = spawned(self.backend, argv, spec.order.cwd or spec.place, environment, spec.umask)
        for stream, pipe in zip((OUT, ERR), pipes, strict=True):
            self.output.watch(pipe, stream, number)
        if spec.nice and (why := give_way(pid, spec.nice)):
            self.output.say(why)
        self.station.mind(pid)
        return pid

    def _tell_started(self) -> None:
        assert self.identity is not None
        shown = self.spec.shown
        facts = {**self.identity.told(), "name": shown.name, "argv": shown.argv, "at": time.time()}
        self.spec.dir.write("program", facts)
        _answer({"pid": self.identity.pid, "start": self.identity.start})

    # ---- its life

    def _until_it_ends(self, began: float) -> str:
        """Why it must be ended; "" when it ended by itself, with everybody it had started."""
        lifetime = self.spec.order.lifetime
        while not self._all_gone():
            now = time.monotonic()
            if lifetime is not None and now >= began + lifetime:
                return f"its lifetime of {lifetime:.10g} s was over"
            if now >= self.next_look:
                self.next_look = now + LOOK
                if request := self.spec.dir.stop_request():
                    return str(request["reason"])
            self.output.settle()
            self.station.turn(self._next_moment(began) - now)
        return ""

    def _next_moment(self, began: float) -> float:
        lifetime = self.spec.order.lifetime
        moments = [self.next_look, self.output.settle_at, None if lifetime is None else began + lifetime]
        return min(moment for moment in moments if moment is not None)

    def _all_gone(self) -> bool:
        for pid, code in self.station.exits():
            if self.identity and pid == self.identity.pid:
                self.code = code
        return self.backend.childless()

    def _woken(self) -> None:
        self.next_look = 0.0

    # ---- its end

    def _end(self) -> Ending:
        grace = self.spec.grace
        if self.spec.order.stop:
            grace = self._stop_by_command()
        return terminate(
            self.backend, self._members, grace=grace, pause=self._pause, proof=self.backend.childless
        )

    def _stop_by_command(self) -> float:
        """What is left of the grace for asking."""
        until = time.monotonic() + self.spec.grace
        try:
            self._spawn(self.spec.order.stop, OF_ITS_STOP_COMMAND)
        except CannotLaunch as error:
            self.output.say(str(error))
            return self.spec.grace
        while not self._all_gone() and time.monotonic() < until:
            self.station.turn(0.05)
        return max(until - time.monotonic(), min(0.5, self.spec.grace))

    def _pause(self, seconds: float) -> None:
        self.station.turn(seconds)
        self._all_gone()

    def _drain(self) -> None:
        until = time.monotonic() + DRAIN
        while self.output.draining and time.monotonic() < until:
            self.station.turn(0.02)
        self.output.close()

    def _members(self) -> list[Member]:
        self._all_gone()
        return self.backend.members(self.spec.mark, keeper=os.getpid())

    def _write_result(self, why: str, ending: Ending) -> None:
        how = f"stopped: {why}" if why else f"ended by itself, {ended_how(self.code or 0)}"
        left = len(ending.left)
        self.spec.dir.write("result", {"at": time.time(), "exit_code": self.code, "how": how, "left": left})


def _answer(told: dict[str, Any]) -> None:
    """Once, to the run's keeper; then nobody listens any more."""
    os.write(1, json.dumps(told).encode())
    os.dup2(2, 1)


def main() -> None:
    prepare_keeper()
    hide_our_variables()
    os.umask(0o077)
    line = sys.stdin.buffer.readline()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    spec, machine = DetachedSpec.read(line), backend()
    place = station(machine)
    output = Output(Writer(spec.place, spec.log_limit), Mask(spec.secrets), place)
    DetachedKeeper(spec, machine, place, output).keep()
    machine.leave_group()


if __name__ == "__main__":
    main()
