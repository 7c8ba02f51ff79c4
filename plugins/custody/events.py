"""The keeper's events: what happened, hook by hook.

A short run tells them in its result; the file `events` is made for those who watch a longer one.
"""

from __future__ import annotations

import time
from typing import Any

from plugins.custody.lines import LineFile
from plugins.output.masking import Mask


class Events:
    def __init__(self, file: LineFile, mask: Mask) -> None:
        self._file, self._mask = file, mask
        self._new: list[dict[str, Any]] = []

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
        """Write what is new for those who watch. A disk that is full costs events, not the run."""
        if self._new:
            self._file.append(*self._new)
            self._new = []

    def untold(self) -> list[dict[str, Any]]:
        """At the end: those that stand in no file."""
        if self._file.exists:
            self.flush()
        return self._new

    def close(self) -> None:
        self._file.close()

    @property
    def lost(self) -> int:
        return self._file.lost
