"""A rehearsal: the zygote takes a job through its hooks, and keeps a run, with scripts for all others, so that no runner
and no keeper learns it anew.

The interpreter specialises code that it has run some times, and the system binds each C function at its first call.
A runner, which lives for milliseconds, would do both again, in pages that it must copy for it; a keeper in its first runs.
"""

from __future__ import annotations

import _socket
import os
import sys
import time
from collections.abc import Mapping
from typing import Any

from plugins.custody import runner
from plugins.custody.backends import Backend, backend
from plugins.custody.keeping import Keeper
from plugins.custody.notices import notifier
from plugins.custody.spec import RunSpec
from plugins.custody.stations import Ends, forking, posix
from plugins.custody.stations.base import TakeEnds

assert sys.platform != "win32"

ABOVE = 200
"""Descriptors from here on are those of the runner that is played."""
ROUNDS = 20
"""As many as the interpreter needs to specialise; about 10 ms together, and 20 ms for a keeper's."""
KEEPER = (
    b'{"kind": "answer", "request": 1, "number": 1, "pid": 1}\n{"kind": "exited", "number": 1, "code": 0}\n'
)
"""What the keeper says in a run of one program. Nothing is started."""
RUNNER = 1
"""The pid of the runner that there is not."""


def rehearse() -> bytes:
    """What the runner told its keeper in the last round."""
    line, theirs = _socket.socketpair()
    try:
        for _ in range(ROUNDS):
            theirs.sendall(KEEPER)
            runner.report_all(_spec(), runner.KeeperHost(line), runner.Task(time.monotonic()))
            told = theirs.recv(1 << 16)
    finally:
        line.close()
        theirs.close()
    return told


def rehearse_keeper(said: bytes) -> dict[str, Any]:
    """said: by the runner. The result of the last round, whose files are gone."""
    home = f"{os.environ.get('TMPDIR', '/tmp')}/mxx-rehearsal-{os.urandom(8).hex()}"
    os.mkdir(home, 0o700)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        for attempt in range(ROUNDS):
            spec = _spec(attempt, home)
            stage = Stage(said)
            keeper = Keeper(spec, stage.machine(), stage, notifier(nowhere, spec))
            try:
                keeper.keep()
                _settle(spec)
            finally:
                keeper.close()
                stage.close()
        return spec.dir.read("result")
    finally:
        os.close(nowhere)
        _remove(home)


def _settle(spec: RunSpec) -> None:
    """As a runner does it, and back."""
    ours, theirs = _socket.socketpair()
    opened = theirs.fileno()
    folder, umask = os.getcwd(), os.umask(spec.umask)
    try:
        forking.settle(spec, runner.KeeperHost(theirs), Ends(theirs, 1, 2), ABOVE)
    finally:
        forking.MOUTH.shut()
        forking.EAR.interrupted, forking.MOUTH.line = forking.nothing, None
        os.chdir(folder)
        os.umask(umask)
        ours.close()
        os.close(opened)
        os.closerange(ABOVE, ABOVE + forking.LINE)


class Stage(posix.PosixStation):
    """A keeper's station where nothing is forked and nobody is signalled: its children are played."""

    def __init__(self, said: bytes) -> None:
        super().__init__()
        self._said = said
        self._played: list[_socket.socket] = []
        self._ended: list[tuple[int, int]] = []

    def machine(self) -> Backend:
        """This one, but that it starts and finds nobody: what runs here is none of the play's."""
        machine = backend()
        machine.spawn = self._spawn  # type: ignore[method-assign]
        machine.enter_keeper = lambda mark: None  # type: ignore[method-assign]
        machine.childless = lambda spare=0: True  # type: ignore[method-assign]
        return machine

    def start_runner(self, spec: RunSpec, backend: Backend, task: runner.Task, take: TakeEnds) -> int:
        ours, theirs = _socket.socketpair()
        output, output_end = os.pipe()
        errors, errors_end = os.pipe()
        take(Ends(ours, output, errors))
        os.close(output_end)
        os.close(errors_end)
        theirs.sendall(self._said)
        self._played.append(theirs)
        return RUNNER

    def _spawn(self, argv: list[str], cwd: str, env: Mapping[str, str], output: int, errors: int) -> int:
        """The program is played by this process, and ends before its runner."""
        self._ended += [(os.getpid(), 0), (RUNNER, 0)]
        return os.getpid()

    def exits(self) -> list[tuple[int, int]]:  # type: ignore[override]
        ended, self._ended = self._ended, []
        return ended

    def interrupt(self, runner: int) -> None:
        return

    def kill(self, child: int) -> None:
        return

    def close(self) -> None:
        for line in self._played:
            line.close()
        super().close()


def _spec(attempt: int = 1, home: str = "") -> RunSpec:
    return RunSpec.read(
        RunSpec(0, attempt, "rehearsal", home, "0" * 16, [("os", "os", {"cmd": ["true"]})]).line()
    )


def _remove(folder: str) -> None:
    """shutil brings three libraries along, which every fork would have to carry."""
    for entry in list(os.scandir(folder)):
        if entry.is_dir(follow_symlinks=False):
            _remove(entry.path)
        else:
            os.unlink(entry.path)
    os.rmdir(folder)
