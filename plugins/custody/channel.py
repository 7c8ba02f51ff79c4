"""JSON lines over a socket: how keeper and runner talk."""

from __future__ import annotations

import json
import socket
from typing import Any

from plugins.exceptions import KeeperGone


class Channel:
    """One message a line. Sending blocks; receiving gives what has arrived whole."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._rest = b""

    def fileno(self) -> int:
        return self.sock.fileno()

    def send(self, message: dict[str, Any]) -> None:
        """Raises KeeperGone when the other side has died."""
        try:
            self.sock.sendall(json.dumps(message).encode() + b"\n")
        except OSError as error:
            raise KeeperGone from error

    def receive(self) -> list[dict[str, Any]]:
        """Block until something arrives. Raises KeeperGone at the end of the stream."""
        try:
            chunk = self.sock.recv(1 << 16)
        except ConnectionResetError as error:
            raise KeeperGone from error
        if not chunk:
            raise KeeperGone
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        return [json.loads(line) for line in lines]

    def close(self) -> None:
        self.sock.close()
