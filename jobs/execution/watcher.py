"""Notices commits of other processes at once. Only latency depends on it: every loop also looks by a timer."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.db import connection

from jobs.services.announce import CHANNEL

POLL = 0.02
"""Seconds between two reads of SQLite's data_version; one costs microseconds."""

Watch = Callable[[float], bool]
"""watch(seconds): True as soon as somebody else committed (SQLite) or announced a change (PostgreSQL)."""


def watcher() -> Watch:
    """For the calling thread's connection. Raises the database's errors; make a new one after that."""
    return _listen() if connection.vendor == "postgresql" else _poll()


def _poll() -> Watch:
    connection.ensure_connection()
    cursor = connection.connection.cursor()
    seen = cursor.execute("PRAGMA data_version").fetchone()

    def watch(seconds: float) -> bool:
        nonlocal seen
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            time.sleep(min(left, POLL))
            now = cursor.execute("PRAGMA data_version").fetchone()
            if now != seen:
                seen = now
                return True
        return False

    return watch


def _listen() -> Watch:
    connection.ensure_connection()
    raw = connection.connection
    connection.set_autocommit(True)
    raw.execute(f"LISTEN {CHANNEL}")

    def watch(seconds: float) -> bool:
        return any(True for _ in raw.notifies(timeout=seconds, stop_after=1))

    return watch
