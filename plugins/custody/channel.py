"""JSON lines over a socket: how keeper and runner talk."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from plugins.exceptions import KeeperGone

if TYPE_CHECKING:
    from socket import SocketType

CHUNK = 1 << 16


class Channel:
    """One message a line; receiving gives what has arrived whole.

    The runner's end blocks (`send`). The keeper's end must not, or a runner that does not listen would hold it up:
    it queues and flushes.
    """

    def __init__(self, sock: SocketType) -> None:
        self.sock = sock
        self._parts: list[bytes] = []
        """The line that has not ended yet."""
        self._outgoing = bytearray()

    def fileno(self) -> int:
        return self.sock.fileno()

    def queue(self, message: dict[str, Any]) -> None:
        self._outgoing += json.dumps(message).encode() + b"\n"

    def flush(self) -> bool:
        """Send what is queued, as far as it goes; True when nothing is left. Raises KeeperGone: nobody listens."""
        try:
            while self._outgoing:
                del self._outgoing[: self.sock.send(self._outgoing)]
        except BlockingIOError:
            return False
        except OSError as error:
            raise KeeperGone from error
        return True

    def send(self, message: dict[str, Any]) -> None:
        """Send it, behind all that is queued."""
        self.queue(message)
        self.flush()

    def receive(self) -> Iterator[dict[str, Any]]:
        """Whole messages that have arrived, read one by one: nonsense behind a good one does not cost the good one.

        Raises KeeperGone at the end, and BlockingIOError as the socket does."""
        try:
            chunk = self.sock.recv(CHUNK)
        except BlockingIOError:
            raise
        except OSError as error:
            raise KeeperGone from error
        if not chunk:
            raise KeeperGone
        self._parts.append(chunk)
        if b"\n" not in chunk:
            return iter(())
        *lines, rest = b"".join(self._parts).split(b"\n")
        self._parts = [rest]
        return map(json.loads, map(bytes.decode, lines))  # or it guesses the encoding of each

    def close(self) -> None:
        self.sock.close()
