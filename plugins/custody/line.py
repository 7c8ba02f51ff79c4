"""The keeper's end of the line to its runner."""

from __future__ import annotations

import selectors
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from plugins.custody.channel import Channel
from plugins.custody.stations.base import Selector
from plugins.exceptions import KeeperGone

if TYPE_CHECKING:
    from socket import SocketType

Take = Callable[[dict[str, Any]], None]
Nonsense = (ValueError, TypeError, LookupError, AttributeError)
"""What taking a message raises that no runner of ours says. Plugin code runs there: it may say anything."""


class Line:
    """Never blocks: what the runner does not read waits. take(message) is called for each that arrives, and
    broken(error) once for a message that makes no sense; the line is closed then."""

    def __init__(
        self,
        sock: SocketType,
        selector: Selector,
        take: Take,
        broken: Callable[[Exception], None],
    ) -> None:
        sock.setblocking(False)
        self._channel, self._selector, self._take, self._broken = Channel(sock), selector, take, broken
        self._open = self._listens = True
        self._waits_to_write = False
        selector.register(sock, selectors.EVENT_READ, self._serve)

    def say(self, **message: Any) -> None:
        """To the runner, if it still listens: its end is told by its exit, not by this line."""
        self._channel.queue(message)
        self._guarded(self._flush)

    def last_words(self) -> None:
        """After its death. A process that it forked may hold the line open: no end is waited for."""
        while self._guarded(self._hear):
            continue
        self.close()

    def close(self) -> None:
        if self._open:
            self._open = False
            self._selector.unregister(self._channel.sock)
            self._channel.close()

    def _serve(self) -> None:
        self._guarded(self._flush)
        self._guarded(self._hear)

    def _guarded(self, act: Callable[[], None]) -> bool:
        """False when there is nothing more, or never will be."""
        if not self._open:
            return False
        try:
            act()
        except BlockingIOError:
            return False
        except KeeperGone:  # here: the runner's end of the line
            self.close()
            return False
        except Nonsense as error:
            self.close()
            self._broken(error)
            return False
        return True

    def _hear(self) -> None:
        for message in self._channel.receive():
            self._take(message)

    def _flush(self) -> None:
        waits = not self._sent()
        if waits != self._waits_to_write:
            self._waits_to_write = waits
            wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if waits else 0)
            self._selector.modify(self._channel.sock, wanted, self._serve)

    def _sent(self) -> bool:
        """False while something waits. A runner that has exited listens no more, but its last words are still here."""
        try:
            return not self._listens or self._channel.flush()
        except KeeperGone:
            self._listens = False
            return True
