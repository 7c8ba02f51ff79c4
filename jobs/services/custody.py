"""How well this host can keep what a run starts, in words: never a silent downgrade."""

from __future__ import annotations

from functools import cache
from typing import Any

from plugins.custody.backends import Unsupported, backend

WORDS = {"kernel": "the kernel's own", "strong": "strong", "best_effort": "best effort only"}


def custody_in_words(told: dict[str, Any]) -> str:
    """told: with `strength` and `weakness`, as a receipt has them; "" for one that does not say."""
    word = WORDS.get(str(told.get("strength")), "")
    return f"{word} ({told['weakness']})" if word and told.get("weakness") else word


@cache
def custody_here() -> dict[str, str]:
    """What runs of this host get: strength and weakness. Asked once: neither changes while we run."""
    try:
        strength, weakness = backend().promise()
    except Unsupported as error:
        return {"strength": "none", "weakness": str(error)}
    return {"strength": strength, "weakness": weakness}
