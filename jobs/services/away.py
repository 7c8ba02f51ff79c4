"""A database that does not answer (locked, restarted, full of connections): which errors say so, and in which words."""

from __future__ import annotations

from django.db import InterfaceError, OperationalError

AWAY = (OperationalError, InterfaceError)


def why_away(error: Exception) -> str:
    """One line of what the database, or the way to it, had to say."""
    said = " ".join(str(error).split())
    return f"the database does not answer ({said or type(error).__name__})"
