"""Notices changes by other processes at once. Only latency depends on it: every loop also looks by a timer."""

from __future__ import annotations

import logging
import os
import select
import socket
import time
from pathlib import Path
from typing import Protocol

from django.db import connection

from jobs.services.announce import CHANNEL, wake_folder

log = logging.getLogger("mxx.supervisor")

POLL = 0.04
"""Seconds between two reads of SQLite's data_version, for commits that wake nobody; one costs microseconds."""

UNRUNG = 0.25
"""Seconds between two wake-ups for such commits where a bell is: most of them are this process's own."""


class Watcher(Protocol):
    def watch(self, seconds: float) -> bool:
        """True as soon as somebody else committed (SQLite) or announced a change (PostgreSQL)."""

    def close(self) -> None: ...


def watcher() -> Watcher:
    """For the calling thread's connection. Raises the database's errors; close it and make a new one after that."""
    return PostgresqlWatcher() if connection.vendor == "postgresql" else SqliteWatcher(bell_in(wake_folder()))


class Bell:
    """A socket of this process in MXX_HOME/wake; a byte on it means: something was committed."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        self._path = folder / f"{os.getpid()}.sock"
        self._path.unlink(
            missing_ok=True
        )  # of an earlier process with this pid, or of this one before an error
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            self._socket.setblocking(False)
            self._socket.bind(str(self._path))
        except OSError:
            self._socket.close()
            raise

    def wait(self, seconds: float) -> bool:
        """True when it rang within so many seconds."""
        if not select.select([self._socket], [], [], seconds)[0]:
            return False
        while self._heard():
            continue
        return True

    def close(self) -> None:
        self._socket.close()
        self._path.unlink(missing_ok=True)

    def _heard(self) -> bool:
        try:
            return bool(self._socket.recv(64))
        except BlockingIOError:
            return False


def bell_in(folder: Path) -> Bell | None:
    """None where there can be none: no AF_UNIX (Windows), or the path of MXX_HOME is too long for a socket."""
    try:
        return Bell(folder)
    except (OSError, AttributeError) as error:
        log.info("no wake-up socket (%s): changes are seen within %d ms", error, POLL * 1000)
        return None


class SqliteWatcher:
    def __init__(self, bell: Bell | None) -> None:
        self._bell = bell
        connection.ensure_connection()
        self._cursor = connection.connection.cursor()
        self._seen = self._version()
        self._told = time.monotonic()

    def watch(self, seconds: float) -> bool:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            rang = self._pause(min(left, POLL))
            if not rang and self._bell is not None and time.monotonic() - self._told < UNRUNG:
                continue
            version = self._version()
            if rang or version != self._seen:
                self._seen, self._told = version, time.monotonic()
                return True
        return False

    def close(self) -> None:
        if self._bell is not None:
            self._bell.close()

    def _pause(self, seconds: float) -> bool:
        if self._bell is not None:
            return self._bell.wait(seconds)
        time.sleep(seconds)
        return False

    def _version(self) -> int:
        return int(self._cursor.execute("PRAGMA data_version").fetchone()[0])


class PostgresqlWatcher:
    def __init__(self) -> None:
        connection.ensure_connection()
        self._raw = connection.connection
        connection.set_autocommit(True)
        with connection.wrap_database_errors:
            self._raw.execute(f"LISTEN {CHANNEL}")

    def watch(self, seconds: float) -> bool:
        with connection.wrap_database_errors:  # psycopg's own would be nobody's
            return any(True for _ in self._raw.notifies(timeout=seconds, stop_after=1))

    def close(self) -> None:
        """The connection is the thread's; the loop closes it."""
