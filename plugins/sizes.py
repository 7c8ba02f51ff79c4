"""How a size in bytes is written in a job file."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from plugins.exceptions import BadInput, Problem
from plugins.words import kind, shown

KB, MB, GB = 1 << 10, 1 << 20, 1 << 30
UNITS = {"B": 1, "KB": KB, "MB": MB, "GB": GB}
SIZE = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,9})?) ?(B|KB|MB|GB)", re.IGNORECASE)


def size_within(least: int, most: int, example: str) -> Callable[[Any, str], int]:
    """A reader of bytes: a whole number, or "500KB" "50MB" "2GB" (1 KB is 1024 bytes). It raises BadInput for the field."""

    def read(value: Any, field: str) -> int:
        found = _bytes(value, field, example)
        if least <= found <= most:
            return math.ceil(found)
        message = f"{shown(value)} is outside {in_words(least)} to {in_words(most)}"
        raise BadInput(Problem(field, "range", message, example))

    return read


def in_words(size: float) -> str:
    """Bytes as a reader says them: "1.5 GB"."""
    unit = next((name for name in ("GB", "MB", "KB") if size >= UNITS[name]), "B")
    return f"{size / UNITS[unit]:.3g} {unit}"


def _bytes(value: Any, field: str, example: str) -> float:
    if isinstance(value, str):
        if match := SIZE.fullmatch(value.strip()):
            return float(match[1]) * UNITS[match[2].upper()]
        message = f"{shown(value)} is not a size: a number with KB, MB or GB"
        raise BadInput(Problem(field, "size", message, example))
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadInput(Problem(field, "type", f"must be a size, not {kind(value)}", example))
    return value
