"""The keeper's event file: what happened, hook by hook, one JSON line each."""

from __future__ import annotations

import time
from typing import Any

from plugins.custody.lines import LineFile


class EventFile(LineFile):
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
        self.append(
            {
                "at": time.time() if at is None else at,
                "kind": kind,
                "plugin": plugin,
                "hook": hook,
                "seconds": seconds,
                "message": message,
                "data": data or {},
            }
        )
