"""The programs of one run, as the keeper spawns and reaps them."""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from plugins.context import LaunchRequest
from plugins.custody.backends.base import Backend, Identity, mark_variable
from plugins.custody.lines import LineFile
from plugins.custody.spec import RunSpec, outer_environment
from plugins.custody.stations import Station
from plugins.exceptions import CannotLaunch
from plugins.output.draining import Output
from plugins.output.masking import Mask
from plugins.output.segments import ERR, OUT

BY_ITSELF = "ended by itself"
ON_PURPOSE = "left on purpose"


@dataclass
class Program:
    """One launch as the receipt tells it; times are epoch seconds."""

    number: int
    order: LaunchRequest
    shown: LaunchRequest
    """The order with secrets masked: what may be told."""
    identity: Identity
    started: float
    holds: bool = False
    stops: int | None = None
    """Number of the launch whose stop command this is."""
    ended: float | None = None
    code: int | None = None
    empty: float | None = None
    """When its tree was first seen empty: asked for those that hold the run, and for all at its end."""
    closed: float | None = None
    """When nobody could write to its output any more; None while somebody can, and for a detached one."""
    open_pipes: int = 2
    claimed: dict[str, Any] | None = None
    """pid and name of the program that it handed over to."""
    how: str = ""
    asked: bool = False
    """The run's end ended it, not the program itself."""

    def __post_init__(self) -> None:
        self.name = self.shown.name

    @property
    def gone(self) -> bool:
        return self.empty is not None

    def told(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "argv": self.shown.argv,
            "name": self.name,
            "label": self.shown.label,
            "pid": self.identity.pid,
            "started": self.started,
            "ended": self.ended,
            "empty": self.empty,
            "closed": self.closed,
            "exit_code": self.code if self.code is not None and self.code >= 0 else None,
            "signal": -self.code if self.code is not None and self.code < 0 else None,
            "how": self.how,
            "restart_of": self.order.restart_of,
            "stops": self.stops,
            "detached": self.order.detached,
            "claimed": self.claimed,
        }


class Programs:
    def __init__(
        self,
        spec: RunSpec,
        backend: Backend,
        ledger: LineFile,
        output: Output,
        mask: Mask,
        station: Station,
    ) -> None:
        self._spec, self._backend, self._ledger = spec, backend, ledger
        self._output, self._mask, self._station = output, mask, station
        self._outer = outer_environment()  # before a runner is forked: for it, this process changes its own
        self.all: list[Program] = []
        self.can_be_stopped = False
        """Some have a stop command of their own."""
        self.closed: Callable[[Program], None] = lambda _: None
        """Called when nobody can write to a program's output any more."""

    def spawn(self, order: LaunchRequest, holds: bool = False, stops: int | None = None) -> Program:
        """Start one program in a session of its own. Raises CannotLaunch with a sentence."""
        number, shown = self.next_number(), self.shown(order)
        self._ledger.append({"at": time.time(), "intent": number, "argv": shown.argv})
        pid = self._spawn(number, order.argv, order.cwd or self._spec.dir.file("work"), order.env)
        identity = self._backend.identity(pid) or Identity(pid, 0)
        self._ledger.append(
            {
                "at": time.time(),
                "launch": number,
                **identity.told(),
                "boot": self._backend.boot(),
            }
        )
        program = Program(number, order, shown, identity, time.time(), holds, stops)
        self.all.append(program)
        self.can_be_stopped = self.can_be_stopped or bool(order.stop)
        self._output.say(f"started {program.name}, process {pid}")
        return program

    def shown(self, order: LaunchRequest) -> LaunchRequest:
        """With secrets masked."""
        if not self._mask:
            return order
        return replace(order, argv=self._mask.inside(order.argv), label=self._mask.text(order.label))

    def next_number(self) -> int:
        return len(self.all) + 1

    def let_go(self, order: LaunchRequest, shown: LaunchRequest, pid: int, start: int) -> Program:
        """Note a program that outlives the run in another keeper's custody."""
        number = self.next_number()
        self._ledger.append({"at": time.time(), "intent": number, "argv": shown.argv})
        self._ledger.append(
            {"at": time.time(), "launch": number, "pid": pid, "start": start, "detached": True}
        )
        program = Program(number, order, shown, Identity(pid, start), time.time(), how=ON_PURPOSE)
        self.all.append(program)
        self._output.say(f"started {program.name}, process {pid}: detached, it outlives this run")
        return program

    def _spawn(self, number: int, argv: list[str], cwd: str, env: Mapping[str, str]) -> int:
        mark = {mark_variable(self._spec.mark): str(number)}
        environment = {**self._outer, **self._spec.environment(), **env, **mark}
        pid, pipes = spawned(self._backend, argv, cwd, environment, self._spec.umask)
        for stream, pipe in zip((OUT, ERR), pipes, strict=True):
            self._output.watch(pipe, stream, number, lambda: self._pipe_closed(number))
        self._station.mind(pid)
        if self._spec.nice and (why := give_way(pid, self._spec.nice)):
            self._output.say(why)
        return pid

    # ---- ends

    def _pipe_closed(self, number: int) -> None:
        program = self.all[number - 1]
        program.open_pipes -= 1
        if not program.open_pipes:
            program.closed = time.time()
            self.closed(program)

    def all_gone(self) -> None:
        """Nobody is left of any of them."""
        now = time.time()
        for program in self.all:
            if program.empty is None and not program.order.detached:
                program.empty = now

    def exited(self, pid: int, code: int) -> Program | None:
        """Note the end of a main process; None when the pid was an adopted orphan."""
        alive = (one for one in self.all if one.ended is None and not one.order.detached)
        program = next((one for one in alive if one.identity.pid == pid), None)
        if program is None:
            return None
        program.code, program.ended = code, time.time()
        program.how = program.how or BY_ITSELF
        return program

    def last_code(self) -> int | None:
        """Of the program that ended last by itself; None when none did. Stop commands do not count."""
        ended = [one for one in self.all if one.ended and not one.asked and one.stops is None]
        return max(ended, key=lambda program: program.ended or 0.0).code if ended else None

    def sessions(self) -> dict[int, int]:
        """Session id -> launch number."""
        return {program.identity.pid: program.number for program in self.all}


def give_way(pid: int, nice: int) -> str:
    """At once after the start: the whole group, should it have forked already. What it starts later inherits it.

    Why not, in words: who steps back further already may not come forward."""
    if sys.platform != "win32":
        try:
            os.setpriority(os.PRIO_PGRP, pid, nice)
        except ProcessLookupError:  # it has ended
            return ""
        except PermissionError:
            return (
                f"process {pid} keeps the priority of MXX itself: to give it nice = {nice} is not permitted"
            )
    return ""


def spawned(
    backend: Backend, argv: list[str], cwd: str, environment: Mapping[str, str], umask: int
) -> tuple[int, list[int]]:
    """Start a program: its pid, and the pipes with its output and its errors. Raises CannotLaunch with a sentence."""
    pipes: list[tuple[int, int]] = []
    ours = os.umask(umask)
    try:
        pipes += [os.pipe()]
        pipes += [os.pipe()]
        pid = backend.spawn(argv, cwd, environment, pipes[0][1], pipes[1][1])
    except (OSError, ValueError) as error:
        for reading, _ in pipes:
            os.close(reading)
        raise CannotLaunch(why_not(argv, cwd, environment, error)) from error
    finally:
        os.umask(ours)
        for _, writing in pipes:
            os.close(writing)
    return pid, [reading for reading, _ in pipes]


def why_not(argv: list[str], cwd: str, env: Mapping[str, str], error: Exception) -> str:
    name = argv[0]
    if not isinstance(error, OSError):
        return f"cannot start {name!r}: {error}"
    if not os.path.isdir(cwd):
        return f"cannot start {name}: its folder {cwd} does not exist"
    if error.errno == errno.ENOENT:
        where = "" if os.sep in name else f" on PATH={env.get('PATH', os.defpath)}"
        return f"cannot start {name}: not found{where}"
    if error.errno == errno.EACCES and not os.access(cwd, os.X_OK):
        return f"cannot start {name}: no permission to enter its folder {cwd}"
    if error.errno == errno.EACCES:
        return f"cannot start {name}: not executable, or no permission"
    if error.errno == errno.ENOEXEC:
        return f"cannot start {name}: not a program (a script needs a #! line)"
    return f"cannot start {name}: {error.strerror}"
