"""The keeper's events: what happened, hook by hook.

A short run tells them in its result; the file `events` is made for those who watch a longer one.
"""

from __future__ import annotations

import time
from typing import Any

from plugins.custody.lines import LineFile
from plugins.output.masking import Mask

MOST_WAITING = 1000


class Events:
    def __init__(self, file: LineFile, mask: Mask) -> None:
        self._file, self._mask = file, mask
        self._new: list[dict[str, Any]] = []
        self.lost = 0

    def add(
        self,
        kind: str,
        *,
        at: float | None = None,
        plugin: str = "",
        hook: str = "",
        seconds: float | None = None,
        message: str = "",
        data: dict[str, Any] | None = None,
    ) -> None:
        """at: epoch seconds of the beginning, now by default; seconds: how long it took."""
        self._new.append(
            {
                "at": time.time() if at is None else at,
                "kind": kind,
                "plugin": plugin,
                "hook": hook,
                "seconds": seconds,
                "message": self._mask.text(message),
                "data": self._mask.inside(data or {}),
            }
        )

    def flush(self) -> None:
        """Write what is new for those who watch. What a full disk does not take waits for the next time, or the result."""
        if self._new:
            self._new = self._new[self._file.append(*self._new) :]
            self.lost += len(self._new[:-MOST_WAITING])
            self._new = self._new[-MOST_WAITING:]

    def untold(self) -> list[dict[str, Any]]:
        """At the end: those that stand in no file."""
        if self._file.exists or len(self._new) > MOST_WAITING:
            self.flush()
        return self._new

    def close(self) -> None:
        self._file.close()
