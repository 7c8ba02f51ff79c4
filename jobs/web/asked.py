"""What an address asks for, read with a limit: nothing in it can be wrong, it only finds less."""

from __future__ import annotations

from django.http import QueryDict


def text(asked: QueryDict, name: str, most: int) -> str:
    """Without what no database takes, and no longer than `most`."""
    return asked.get(name, "").replace("\0", "").strip()[:most]


def number(asked: QueryDict, name: str) -> int | None:
    """A row's number; None for what is none."""
    written = asked.get(name, "")
    return int(written) if written.isascii() and written.isdigit() and len(written) < 19 else None
