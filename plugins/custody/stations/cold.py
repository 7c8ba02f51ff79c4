"""Without fork and without waiting for pipes: the runner is a fresh interpreter, and threads read and wait.

The way of Windows. It works on POSIX too, where tests/plugins/custody/test_cold_station.py takes runs through it.
"""

from __future__ import annotations

import json
import os
import queue
import selectors
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from typing import BinaryIO, NamedTuple, Protocol

from plugins.custody.backends.base import Backend, marked
from plugins.custody.runner import Task
from plugins.custody.spec import RunSpec, outer_environment
from plugins.custody.stations.base import Ends, TakeEnds

CHUNK = 1 << 18
WAITING = 64
"""Chunks of output that wait for the keeper; then its readers wait too."""
RUNNER = "plugins.custody.stations.coldrunner"
STOP = b"stop\n"
"""What interrupts a runner; the end of its input ends it."""


class Fresh(NamedTuple):
    """A new interpreter. line: how it finds the socket that was handed over."""

    pid: int
    input: BinaryIO
    line: str


class ColdBackend(Backend, Protocol):
    """A platform whose children are waited for one by one."""

    def start_python(
        self, module: str, env: Mapping[str, str], line: socket.socket, output: int, errors: int
    ) -> Fresh:
        """Start `python -m module` in the checkout, as a process of the run. Raises OSError."""

    def wait(self, pid: int) -> int:
        """Until a child of ours ends: its code, negative for a signal."""

    def end_child(self, pid: int) -> None:
        """At once."""


class ColdStation:
    def __init__(self, backend: ColdBackend) -> None:
        self.selector: selectors.BaseSelector = selectors.DefaultSelector()
        self._backend = backend
        self._heard, self._bell = socket.socketpair()
        self._output: queue.Queue[tuple[int, bytes]] = queue.Queue(WAITING)
        self._takers: dict[int, Callable[[bytes], None]] = {}
        self._ended: deque[tuple[int, int]] = deque()
        self._runners: dict[int, BinaryIO] = {}
        for end in (self._heard, self._bell):
            end.setblocking(False)
        self.selector.register(self._heard, selectors.EVENT_READ, self._silence)

    def open(self, woken: Callable[[], None]) -> None:
        """Nobody can wake this keeper: it looks at its folder twice a second."""

    def close(self) -> None:
        for pid in list(self._runners):
            self._runners.pop(pid).close()
        self.selector.close()
        self._heard.close()
        self._bell.close()

    # ---- children

    resting = 0
    """Never one: a cold start is paid for once, whatever follows it."""

    def start_runner(self, spec: RunSpec, backend: Backend, task: Task, take: TakeEnds) -> int:
        ours, theirs = socket.socketpair()
        output, output_end = os.pipe()
        errors, errors_end = os.pipe()
        take(Ends(ours, output, errors))
        env = marked({**outer_environment(), **spec.environment()}, spec.mark, 0)
        try:
            pid, entry, line = self._backend.start_python(RUNNER, env, theirs, output_end, errors_end)
        finally:
            theirs.close()
            os.close(output_end)
            os.close(errors_end)
        done = None if task.done is None else sorted(task.done)
        order = {"spec": asdict(spec), "task": {**vars(task), "done": done}, "line": line}
        self._runners[pid] = entry
        self._say(pid, json.dumps(order).encode() + b"\n")
        self.mind(pid)
        return pid

    def interrupt(self, runner: int) -> None:
        self._say(runner, STOP)

    def kill(self, child: int) -> None:
        self._backend.end_child(child)

    def mind(self, child: int) -> None:
        self._thread(self._wait, child)

    def exits(self) -> Iterator[tuple[int, int]]:
        while self._ended:
            yield self._ended.popleft()

    @property
    def session(self) -> int:
        return 0

    def _say(self, runner: int, text: bytes) -> None:
        try:
            self._runners[runner].write(text)
            self._runners[runner].flush()
        except OSError:
            return  # it has ended, which exits() tells

    def _wait(self, child: int) -> None:
        self._ended.append((child, self._backend.wait(child)))
        self._ring()

    # ---- output

    def drain(self, pipe: int, take: Callable[[bytes], None]) -> None:
        self._takers[pipe] = take
        self._thread(self._read, pipe)

    def release(self, pipe: int) -> None:
        """Its thread closes it at its end, or the keeper's end does: to close what is being read would block."""
        self._takers.pop(pipe, None)

    def turn(self, seconds: float) -> None:
        wait = max(seconds, 0) if self._output.empty() and not self._ended else 0
        for key, _ in self.selector.select(wait):
            key.data()
        for _ in range(WAITING):
            try:
                pipe, chunk = self._output.get_nowait()
            except queue.Empty:
                return
            take = self._takers.get(pipe) if chunk else self._takers.pop(pipe, None)
            if take is not None:
                take(chunk)

    def _read(self, pipe: int) -> None:
        while True:
            try:
                chunk = os.read(pipe, CHUNK)
            except BrokenPipeError:  # Windows' word for the end
                chunk = b""
            self._output.put((pipe, chunk))
            self._ring()
            if not chunk:
                break
        os.close(pipe)

    def _ring(self) -> None:
        try:
            self._bell.send(b"!")
        except OSError:
            return  # it is awake already, or the run is over

    def _silence(self) -> None:
        self._heard.recv(4096)

    def _thread(self, work: Callable[[int], None], number: int) -> None:
        threading.Thread(target=work, args=(number,), name=f"mxx-{work.__name__}", daemon=True).start()
