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
from plugins.custody.stations import forking, watch
from plugins.custody.stations.base import TakeEnds

assert sys.platform != "win32"

CHUNK = 1 << 18
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
        self._wide: set[int] = set()
        self._bell: tuple[int, ...] = ()

    def open(self, woken: Callable[[], None]) -> None:
        def ring() -> None:
            if signal.SIGUSR1 in os.read(reading, 4096):
                woken()

        reading, writing = self._bell = os.pipe()
        os.set_blocking(reading, False)
        os.set_blocking(writing, False)
        signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        self.selector.register(reading, selectors.EVENT_READ, ring)

    def close(self) -> None:
        signal.set_wakeup_fd(-1)
        for pipe in self._bell:
            os.close(pipe)

    # ---- children

    def start_runner(self, spec: RunSpec, backend: Backend, task: Task, take: TakeEnds) -> int:
        return forking.fork_runner(spec, backend, task, take)

    def interrupt(self, runner: int) -> None:
        os.kill(runner, signal.SIGUSR1)

    def kill(self, child: int) -> None:
        os.kill(child, signal.SIGKILL)

    def mind(self, child: int) -> None:
        """The kernel tells of every child."""

    def exits(self) -> Iterator[tuple[int, int]]:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
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
