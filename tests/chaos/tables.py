"""The database of a cell, read without MXX: what stands in it is part of the evidence."""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

RUNS = (
    "SELECT r.id, j.name, r.scheduled_for, r.source, r.status, r.attempt, r.idempotency_key, r.reason"
    " FROM jobs_run r LEFT JOIN jobs_job j ON j.id = r.job_id ORDER BY r.id"
)
OVER = ("succeeded", "failed", "timed_out", "cancelled", "lost", "skipped", "missed")
Ask = Callable[[str], list[tuple[Any, ...]]]
DEFAULT = "postgres://root@127.0.0.1:5432/test"


class Row(NamedTuple):
    id: int
    job: str
    scheduled_for: datetime | None
    source: str
    status: str
    attempt: int
    key: str | None
    reason: str

    @property
    def is_over(self) -> bool:
        return self.status in OVER


class Tables:
    """url: for DATABASE_URL; "" is MXX's own default."""

    url = ""

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        with self.open() as ask:
            return ask(sql)

    def open(self) -> AbstractContextManager[Ask]:
        """One connection for many questions."""
        raise NotImplementedError

    def close(self) -> None:
        """Leave nothing behind."""

    def rows(self) -> list[Row]:
        return [Row(pk, job, at and as_moment(at), *rest) for pk, job, at, *rest in self.ask(RUNS)]


class Sqlite(Tables):
    def __init__(self, home: Path) -> None:
        self.file = home / "db.sqlite3"

    @contextmanager
    def open(self) -> Iterator[Ask]:
        with closing(sqlite3.connect(self.file, timeout=20)) as connection:
            yield lambda sql: connection.execute(sql).fetchall()


class Postgresql(Tables):
    """A database of its own on a server."""

    def __init__(self, server: str, template: Postgresql | None = None) -> None:
        """template: whose tables and rows it begins with."""
        self._server, self._name = server, f"mxx_chaos_{secrets.token_hex(6)}"
        like = f' TEMPLATE "{template._name}"' if template else ""
        with self._connected(server) as connection:
            connection.execute(f'CREATE DATABASE "{self._name}"{like}')
        self.url = urlunsplit(urlsplit(server)._replace(path=f"/{self._name}"))

    @contextmanager
    def open(self) -> Iterator[Ask]:
        with self._connected(self.url) as connection:
            yield lambda sql: connection.execute(sql).fetchall()

    def close(self) -> None:
        with self._connected(self._server) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{self._name}" WITH (FORCE)')

    @contextmanager
    def _connected(self, url: str) -> Iterator[psycopg.Connection[Any]]:
        with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
            yield connection


def tables_on(kind: str, home: Path) -> Tables:
    """kind: "sqlite" or "postgresql"."""
    return Sqlite(home) if kind == "sqlite" else postgresql()


def postgresql(template: Postgresql | None = None) -> Postgresql:
    """On the server of the tests; without one the test is skipped, or fails where services are required."""
    try:
        return Postgresql(os.environ.get("MXX_TEST_DATABASE_URL", DEFAULT), template)
    except psycopg.OperationalError as error:
        if os.environ.get("MXX_REQUIRE_SERVICES") == "1":
            raise
        pytest.skip(f"no PostgreSQL: {error}")


def as_moment(value: Any) -> datetime:
    """What a column of moments holds: SQLite's is text, in UTC."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
