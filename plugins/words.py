"""How values, kinds and near misses are told to a user. Light: the runner imports this."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

RESERVED = ("job", "params", "vars", "schedule", "after", "watch", "notify")
"""The tables of a job file that are not plugins."""

MOST_SHOWN = 80


def shown(value: Any) -> str:
    """The value as it stands in a job file, on one line, cut at 80 characters, control characters escaped."""
    text = json.dumps(value, default=str)
    return text if len(text) <= MOST_SHOWN else text[: MOST_SHOWN - 3] + "..."


def text_of(value: Any) -> str:
    """The value as a program gets it: a text as it is, everything else as JSON writes it (`true`, `5`)."""
    return value if isinstance(value, str) else json.dumps(value)


def kind(value: Any) -> str:
    """What the value is, in plain words: `the text "5"`, `the number 5`, `a list`."""
    if isinstance(value, bool):
        return f"the value {shown(value)}"
    if isinstance(value, int | float):
        return f"the number {shown(value)}"
    if isinstance(value, str):
        return f"the text {shown(value)}"
    names = {dict: "a table", list: "a list", type(None): "nothing"}
    return names.get(type(value), f"a {type(value).__name__}")


def listed(words: Iterable[str], last: str = "or") -> str:
    """`a, b or c`."""
    *front, end = words
    return f"{', '.join(front)} {last} {end}" if front else end


def near(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate that was probably meant, or None. Case, `_` and `-` do not count."""
    from difflib import get_close_matches  # only needed once something is wrong

    by_bare = {_bare(candidate): candidate for candidate in candidates}
    matches = get_close_matches(_bare(name[:MOST_SHOWN]), by_bare, n=1, cutoff=0.6)
    return by_bare[matches[0]] if matches else None


def _bare(name: str) -> str:
    return re.sub(r"[_\-\s]", "", name).casefold()
