"""What a run says, on its way from the pipes to the disk: masked, stamped, bounded. The keeper's loop turns it."""

from __future__ import annotations

import fcntl
import os
import selectors
import time
from collections.abc import Callable
from dataclasses import dataclass

from plugins.output.masking import Mask, MaskedStream
from plugins.output.segments import MXX, Writer

CHUNK = 1 << 18
PIPE, WIDE_PIPE = 1 << 16, 1 << 20
"""Bytes that a pipe holds by default, and once it was found full: a flood then needs fewer turns."""
F_SETPIPE_SZ = getattr(fcntl, "F_SETPIPE_SZ", None)
IDLE = 0.05
"""Seconds after which what a mask holds back is shown, if it is too short to be told from chance."""

Closed = Callable[[], None]


@dataclass
class _Pipe:
    """masked: None when the run has no secrets. settle_at: on the monotonic clock, None while nothing waits."""

    number: int
    stream: int
    launch: int
    closed: Closed | None
    masked: MaskedStream | None
    wide: bool = False
    settle_at: float | None = None


class Output:
    """Of one run: its programs' pipes and MXX's own lines."""

    def __init__(self, writer: Writer, mask: Mask, selector: selectors.BaseSelector) -> None:
        self._writer, self._mask, self._selector = writer, mask, selector
        self._pipes: dict[int, _Pipe] = {}

    def say(self, text: str) -> None:
        """A line of MXX's own."""
        self.write(MXX, f"{text}\n")

    def write(self, stream: int, text: str) -> None:
        self._writer.append(stream, 0, self._mask.text(text).encode(errors="replace"))

    def watch(self, pipe: int, stream: int, launch: int, closed: Closed | None = None) -> None:
        """Drain it whenever it has something, until nobody can write to it any more: then `closed` is called."""
        os.set_blocking(pipe, False)
        watched = _Pipe(pipe, stream, launch, closed, self._mask.stream() if self._mask else None)
        self._pipes[pipe] = watched
        self._selector.register(pipe, selectors.EVENT_READ, lambda: self._drain(watched))

    @property
    def draining(self) -> bool:
        """True while some pipe is open for writing somewhere."""
        return bool(self._pipes)

    @property
    def settle_at(self) -> float | None:
        """When settle() is next due, on the monotonic clock."""
        return min((pipe.settle_at for pipe in self._pipes.values() if pipe.settle_at), default=None)

    def settle(self) -> None:
        """Show what was held back long enough."""
        now = time.monotonic()
        for pipe in self._pipes.values():
            if pipe.masked and pipe.settle_at is not None and now >= pipe.settle_at:
                pipe.settle_at = None
                self._writer.append(pipe.stream, pipe.launch, pipe.masked.settle())

    def hang_up(self) -> None:
        """Whoever still holds a pipe speaks to nobody from now on."""
        for pipe in list(self._pipes.values()):
            self._unwatch(pipe)

    def close(self) -> None:
        self.hang_up()
        self._writer.close()

    def _drain(self, pipe: _Pipe) -> None:
        try:
            chunk = os.read(pipe.number, CHUNK if pipe.wide else PIPE)
        except BlockingIOError:
            return
        if not chunk:
            self._unwatch(pipe)
            if pipe.closed:
                pipe.closed()
            return
        self._keep(pipe, chunk)
        if len(chunk) == PIPE and not pipe.wide:
            _widen(pipe)

    def _keep(self, pipe: _Pipe, chunk: bytes) -> None:
        if pipe.masked:
            chunk = pipe.masked.feed(chunk)
            pipe.settle_at = time.monotonic() + IDLE if pipe.masked.waits else None
        self._writer.append(pipe.stream, pipe.launch, chunk)

    def _unwatch(self, pipe: _Pipe) -> None:
        self._selector.unregister(pipe.number)
        del self._pipes[pipe.number]
        os.close(pipe.number)
        if pipe.masked:
            self._writer.append(pipe.stream, pipe.launch, pipe.masked.finish())


def _widen(pipe: _Pipe) -> None:
    """Only speed depends on it: the kernel may refuse (a limit for each user)."""
    pipe.wide = True
    if F_SETPIPE_SZ is not None:
        try:
            fcntl.fcntl(pipe.number, F_SETPIPE_SZ, WIDE_PIPE)
        except OSError:
            return
