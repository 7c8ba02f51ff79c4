"""Reads JSON bodies strictly: what means two things to two parsers, or cannot be stored, is refused here."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Mapping
from typing import IO, Any, NamedTuple

from rest_framework.parsers import BaseParser

from jobs.api.errors import TooLarge
from plugins.exceptions import BadInput, Problem

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 32
LARGEST = 2**63 - 1
EXAMPLE = '{"name": "nightly backup"}'
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class StrictJSONParser(BaseParser):
    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The body as Python values. Raises TooLarge, BadInput."""
        body = stream.read(MAX_BYTES + 1)
        if len(body) > MAX_BYTES:
            raise TooLarge()
        return read_json(body)


def read_json(body: bytes) -> Any:
    """Raises BadInput with line and column for anything but one sound JSON text in UTF-8."""
    text = _text(body)
    if not text.strip():
        return {}
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_number_word,
            parse_float=_float,
            parse_int=_integer,
        )
    except json.JSONDecodeError as error:
        raise BadInput(
            Problem("", "json", f"this is not JSON: {error.msg}", EXAMPLE, error.lineno, error.colno)
        ) from None
    except RecursionError:
        raise _too_deep() from None
    _check(value)
    return value


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = body[: error.start]
        line, column = before.count(b"\n") + 1, error.start - (before.rfind(b"\n") + 1) + 1
        raise BadInput(Problem("", "encoding", "the body is not UTF-8", EXAMPLE, line, column)) from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        counts = Counter(name for name, _ in pairs)
        twice = next(name for name in counts if counts[name] > 1)
        raise BadInput(Problem(twice[:80], "duplicate", f"the key {twice[:80]!r} stands here twice", EXAMPLE))
    return found


class Unfit(NamedTuple):
    """Stands where the body has a number that nothing can hold, until it is known which field that is."""

    message: str
    example: str


def _number_word(word: str) -> Unfit:
    return Unfit(f"{word} is not a JSON number", "1.5")


def _float(digits: str) -> float | Unfit:
    value = float(digits)
    return value if math.isfinite(value) else Unfit(f"{digits[:40]} is too large for a number", "1.5")


def _integer(digits: str) -> int | Unfit:
    if len(digits) > 20 or abs(int(digits)) > LARGEST:
        return Unfit(f"{digits[:40]} is too large for a whole number", "3600")
    return int(digits)


def _check(value: Any, depth: int = 0, place: str = "") -> None:
    """Refuse what no column can hold, at any depth of keys and values. place: its field; within a job's config, that in
    the job file."""
    if depth > MAX_DEPTH:
        raise _too_deep()
    if isinstance(value, Unfit):
        raise BadInput(Problem(place, "number", value.message, value.example))
    if isinstance(value, str) and (found := UNSTORABLE.search(value)):
        raise BadInput(
            Problem(
                place, "character", f"U+{ord(found.group()):04X} cannot be stored in text", '"plain text"'
            )
        )
    if isinstance(value, dict):
        for key, part in value.items():
            _check(key, depth + 1, place)
            _check(part, depth + 1, _under(place, key))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            _check(part, depth + 1, f"{place}[{number}]")


def _under(place: str, key: str) -> str:
    return f"{place}.{key[:80]}" if place not in ("", "config") else key[:80]


def _too_deep() -> BadInput:
    return BadInput(Problem("", "depth", f"values are nested deeper than {MAX_DEPTH} levels", EXAMPLE))
