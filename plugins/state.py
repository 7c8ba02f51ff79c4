"""run.state on its way between two runs of a job: small, and JSON only."""

from __future__ import annotations

import json
from typing import Any

from plugins.exceptions import MxxError

MAX_BYTES = 64 * 1024
_written = json.JSONEncoder(allow_nan=False).encode
"""json.dumps would make an encoder of its own each time, and a run asks after each hook."""


class CannotKeep(MxxError):
    """run.state cannot be kept for the next run."""


def as_text(state: Any) -> str:
    """What is stored; pure ASCII. Raises CannotKeep."""
    if not isinstance(state, dict):
        raise CannotKeep(f"run.state cannot be kept: it must be a dict, not {type(state).__name__}")
    if not state:
        return "{}"
    try:
        text = _written(state)
        same = json.loads(text) == state
    except (TypeError, ValueError, RecursionError) as error:
        raise CannotKeep(f"run.state cannot be kept, it is no JSON: {error}") from None
    if not same:
        raise CannotKeep("run.state cannot be kept: JSON has only texts as keys, and lists instead of tuples")
    if len(text) > MAX_BYTES:
        raise CannotKeep(f"run.state cannot be kept: {len(text)} bytes, at most {MAX_BYTES // 1024} KiB fit")
    return text
