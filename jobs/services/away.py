"""A database that does not answer (locked, restarted, full of connections): which errors say so, and in which words."""

from __future__ import annotations

from django.db import InterfaceError, InternalError, OperationalError

AWAY = (OperationalError, InterfaceError)
ENDED_BY_THE_SERVER = "25P03"
"""PostgreSQL's code for a transaction that slept: ours did, with the whole process. Django counts it as internal."""


def is_away(error: Exception) -> bool:
    if isinstance(error, InternalError):
        return getattr(error.__cause__, "sqlstate", None) == ENDED_BY_THE_SERVER
    return isinstance(error, AWAY)


def why_away(error: Exception) -> str:
    """One line of what the database, or the way to it, had to say."""
    said = " ".join(str(error).split())
    return f"the database does not answer ({said or type(error).__name__})"
