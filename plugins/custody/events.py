"""The keeper's event file: what happened, hook by hook, one JSON line each."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any


class EventFile:
    def __init__(self, folder: Path) -> None:
        self._file = os.open(folder / "events", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

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
        event = {
            "at": time.time() if at is None else at,
            "kind": kind,
            "plugin": plugin,
            "hook": hook,
            "seconds": seconds,
            "message": message,
            "data": data or {},
        }
        os.write(self._file, json.dumps(event).encode() + b"\n")
