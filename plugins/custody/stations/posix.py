"""The POSIX way: one watch for everything, and every signal that has a handler makes one turn of the loop."""

from __future__ import annotations

import fcntl
import os
import selectors
import signal
import sys
from collections.abc import Callable, Iterator

from plugins.custody.backends.base import Backend
from plugins.custody.runner import Task
from plugins.custody.spec import RunSpec
from plugins.custody.stations import forking, resting, watch
from plugins.custody.stations.base import TakeEnds

assert sys.platform != "win32"

CHUNK = 1 << 18
WAKE = int(signal.SIGUSR1)
PIPE, WIDE_PIPE = 1 << 16, 1 << 20
"""Bytes that a pipe holds by default, and once it was found full: a flood then needs fewer turns."""
F_SETPIPE_SZ = getattr(fcntl, "F_SETPIPE_SZ", None)


def prepare_signals() -> None:
    """SIGCHLD and SIGUSR1 wake the loop; those of terminals and service managers wait behind the mask for ever.

    Not SIG_IGN: an ignored signal would stay ignored in every program, while the mask is cleared for each. Before the
    marker is taken: from then on SIGUSR1 may come."""
    signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGTERM, signal.SIGINT, signal.SIGHUP))
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGUSR1, forking.EAR)


def lead_a_session() -> None:
    """Of its own: a Ctrl-C in the terminal does not reach it."""
    if os.getpid() != os.getsid(0):
        os.setsid()


class PosixStation:
    def __init__(self) -> None:
        self.selector = watch.Watch()
        self._rein = resting.Rein(self.selector)
        self._wide: set[int] = set()
        self._bell: tuple[int, ...] = ()
        self._woken: Callable[[], None] = forking.nothing

    def open(self, woken: Callable[[], None]) -> None:
        """The bell is made for the first run and serves all."""
        self._woken = woken
        if not self._bell:
            reading, writing = self._bell = os.pipe()
            os.set_blocking(reading, False)
            os.set_blocking(writing, False)
            signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
            self.selector.register(reading, selectors.EVENT_READ, self._ring)

    def _ring(self) -> None:
        if WAKE in os.read(self._bell[0], 4096):
            self._woken()

    def close(self) -> None:
        self._rein.dismiss()
        signal.set_wakeup_fd(-1)
        for pipe in self._bell:
            os.close(pipe)

    # ---- children

    def start_runner(self, spec: RunSpec, backend: Backend, task: Task, take: TakeEnds) -> int:
        return self._rein.start(spec, backend, task, take)

    @property
    def resting(self) -> int:
        return self._rein.resting

    def interrupt(self, runner: int) -> None:
        self._rein.spoil(runner)
        os.kill(runner, signal.SIGUSR1)

    def kill(self, child: int) -> None:
        os.kill(child, signal.SIGKILL)

    def mind(self, child: int) -> None:
        """The kernel tells of every child."""

    def exits(self) -> Iterator[tuple[int, int]]:
        yield from self._rein.released()
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            if not self._rein.has_ended(pid):
                yield pid, os.waitstatus_to_exitcode(status)

    @property
    def session(self) -> int:
        return os.getsid(0)

    # ---- output

    def drain(self, pipe: int, take: Callable[[bytes], None]) -> None:
        os.set_blocking(pipe, False)
        self.selector.register(pipe, selectors.EVENT_READ, lambda: self._read(pipe, take))

    def release(self, pipe: int) -> None:
        self.selector.unregister(pipe)
        self._wide.discard(pipe)
        os.close(pipe)

    def turn(self, seconds: float) -> None:
        self.selector.turn(seconds)

    def _read(self, pipe: int, take: Callable[[bytes], None]) -> None:
        try:
            chunk = os.read(pipe, CHUNK if pipe in self._wide else PIPE)
        except BlockingIOError:
            return
        if not chunk:
            self.release(pipe)
        take(chunk)
        if len(chunk) == PIPE:
            self._widen(pipe)

    def _widen(self, pipe: int) -> None:
        """Only speed depends on it: the kernel may refuse (a limit for each user)."""
        self._wide.add(pipe)
        if F_SETPIPE_SZ is not None:
            try:
                fcntl.fcntl(pipe, F_SETPIPE_SZ, WIDE_PIPE)
            except OSError:
                return
