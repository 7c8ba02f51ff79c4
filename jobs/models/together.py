"""together: statements that need not wait for each other's answers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def together() -> Iterator[None]:
    """To PostgreSQL they travel at once: on a busy machine a journey costs more than what it is for. An answer is there at
    the end, or when it is asked for; so is whatever one of them raises. SQLite is no journey away."""
    if connection.vendor != "postgresql":
        yield
        return
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield
