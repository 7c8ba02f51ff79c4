"""The two ways in which a command fails, each with its exit code and its lines for stderr."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

REFUSED, UNUSABLE, INTERRUPTED = 1, 2, 130
UNAVAILABLE = 503


class Failure(Exception):
    """A command cannot do what it was asked for. lines: one sentence each."""

    exit_code = REFUSED
    passing = False
    """True when the same question may well be answered a little later."""

    def __init__(self, lines: str | Iterable[str]) -> None:
        self.lines = [lines] if isinstance(lines, str) else list(lines)
        super().__init__("; ".join(self.lines))


class Refused(Failure):
    """The server understood and said no. status: of the HTTP answer."""

    def __init__(self, lines: str | Iterable[str], status: int = 0) -> None:
        super().__init__(lines)
        self.status, self.passing = status, status == UNAVAILABLE


class Unusable(Failure):
    """Nothing was asked at all: wrong usage, no server, no good token."""

    exit_code = UNUSABLE


class Unreachable(Unusable):
    """Nobody answers at the server's address."""

    passing = True


class Interrupted(Failure):
    """Ctrl-C, with something to say about it."""

    exit_code = INTERRUPTED


def refusal(status: int, error: dict[str, Any]) -> Refused:
    """Of the API's {"code", "message", "fields"}: a line for each field, else the message."""
    lines = [_line(field) for field in error.get("fields") or []]
    return Refused(lines or [str(error.get("message"))], status)


def _line(field: dict[str, Any]) -> str:
    place = f"line {field['line']}" if field.get("line") else ""
    head = ": ".join(part for part in (place, field.get("field")) if part)
    tail = f" (for example: {field['example']})" if field.get("example") else ""
    message = f"{field['message']}{tail}"
    return f"{head}: {message}" if head else message
