"""What a run says, on its way from the pipes to the disk: masked, stamped, bounded. The keeper's loop turns it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from plugins.output.masking import Mask, MaskedStream
from plugins.output.segments import MXX, Writer

IDLE = 0.05
"""Seconds after which what a mask holds back is shown, if it is too short to be told from chance."""

Closed = Callable[[], None]


class Pipes(Protocol):
    """Reads pipes; on some platforms with a selector, on others with threads."""

    def drain(self, pipe: int, take: Callable[[bytes], None]) -> None:
        """Give take() whatever arrives and b"" at the end. The pipe is the reader's from now on."""

    def release(self, pipe: int) -> None:
        """Close it before its end."""


@dataclass
class _Pipe:
    """masked: None when the run has no secrets. settle_at: on the monotonic clock, None while nothing waits."""

    number: int
    stream: int
    launch: int
    closed: Closed | None
    masked: MaskedStream | None
    settle_at: float | None = None


class Output:
    """Of one run: its programs' pipes and MXX's own lines."""

    def __init__(self, writer: Writer, mask: Mask, reader: Pipes) -> None:
        self._writer, self._mask, self._reader = writer, mask, reader
        self._pipes: dict[int, _Pipe] = {}

    def say(self, text: str) -> None:
        """A line of MXX's own."""
        self.write(MXX, f"{text}\n")

    def write(self, stream: int, text: str) -> None:
        self._writer.append(stream, 0, self._mask.text(text).encode(errors="replace"))

    def watch(self, pipe: int, stream: int, launch: int, closed: Closed | None = None) -> None:
        """Drain it whenever it has something, until nobody can write to it any more: then `closed` is called."""
        watched = _Pipe(pipe, stream, launch, closed, self._mask.stream() if self._mask else None)
        self._pipes[pipe] = watched
        self._reader.drain(pipe, lambda chunk: self._take(watched, chunk))

    @property
    def draining(self) -> bool:
        """True while some pipe is open for writing somewhere."""
        return bool(self._pipes)

    @property
    def settle_at(self) -> float | None:
        """When settle() is next due, on the monotonic clock."""
        if not self._mask:
            return None
        return min((pipe.settle_at for pipe in self._pipes.values() if pipe.settle_at), default=None)

    def settle(self) -> None:
        """Show what was held back long enough."""
        if not self._mask:
            return
        now = time.monotonic()
        for pipe in self._pipes.values():
            if pipe.masked and pipe.settle_at is not None and now >= pipe.settle_at:
                pipe.settle_at = None
                self._writer.append(pipe.stream, pipe.launch, pipe.masked.settle())

    def hang_up(self) -> None:
        """Whoever still holds a pipe speaks to nobody from now on."""
        for pipe in list(self._pipes.values()):
            self._reader.release(pipe.number)
            self._forget(pipe)

    @property
    def lost(self) -> int:
        """Bytes that a full disk did not take."""
        return self._writer.lost

    def close(self) -> None:
        self.hang_up()
        self._writer.close()

    def _take(self, pipe: _Pipe, chunk: bytes) -> None:
        if chunk:
            self._keep(pipe, chunk)
            return
        self._forget(pipe)
        if pipe.closed:
            pipe.closed()

    def _keep(self, pipe: _Pipe, chunk: bytes) -> None:
        if pipe.masked:
            chunk = pipe.masked.feed(chunk)
            pipe.settle_at = time.monotonic() + IDLE if pipe.masked.waits else None
        self._writer.append(pipe.stream, pipe.launch, chunk)

    def _forget(self, pipe: _Pipe) -> None:
        del self._pipes[pipe.number]
        if pipe.masked:
            self._writer.append(pipe.stream, pipe.launch, pipe.masked.finish())
