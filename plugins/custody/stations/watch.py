"""Waiting for descriptors: as `selectors` does it, without its objects, which cost a short run a tenth of its Python."""

from __future__ import annotations

import select
import selectors
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from socket import SocketType

assert sys.platform != "win32"

READ, READ_AND_WRITE = select.POLLIN, select.POLLIN | select.POLLOUT


class Watch:
    """What to call when a descriptor has news. poll(2) and not epoll: a handful of them, for milliseconds."""

    def __init__(self) -> None:
        self._poll = select.poll()
        self._serve: dict[int, Callable[[], object]] = {}

    def register(self, file: int | SocketType, events: int, data: Callable[[], object]) -> None:
        """events: as selectors names them; data: what to call."""
        number = file if isinstance(file, int) else file.fileno()
        self._serve[number] = data
        self._poll.register(number, READ_AND_WRITE if events & selectors.EVENT_WRITE else READ)

    modify = register

    def unregister(self, file: int | SocketType) -> None:
        number = file if isinstance(file, int) else file.fileno()
        del self._serve[number]
        self._poll.unregister(number)

    def turn(self, seconds: float) -> None:
        """Call them, within so many seconds. What one of them unregisters is not called any more."""
        for number, _ in self._poll.poll(max(seconds, 0) * 1000):
            if serve := self._serve.get(number):
                serve()
