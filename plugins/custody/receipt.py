"""The receipt: what a run launched, what is gone, what is left and why, and whose same-named programs were spared."""

from __future__ import annotations

import os
import time
from typing import Any

from plugins.custody.backends.base import Backend, Member
from plugins.custody.kill import Ending
from plugins.custody.programs import BY_ITSELF, Program
from plugins.custody.strangers import strangers

MOST_LINES = 20
"""Ended programs that the log tells one by one; the receipt has them all."""
MOST_NAMED = 5
"""Strangers that are told by name and pid; the others are only counted."""


def receipt(programs: list[Program], ending: Ending, named: list[str], backend: Backend) -> dict[str, Any]:
    """JSON-able; its shape is told in docs/custody.md. started: launches; gone, left: of them and their children;
    others: children that had to be ended."""
    _tell_how(programs, ending)
    spared = _spared(programs, ending, named)
    mains = {program.identity for program in programs}
    others = [
        _told(member, ending)
        for member in {**ending.asked, **ending.killed}.values()
        if member.identity not in mains
    ]
    left = len(ending.left)
    gone = len(programs) + len(others) - left
    restarts = sum(program.order.restart_of is not None for program in programs)
    return {
        "launches": [program.told() for program in programs],
        "others": others,
        "named": named,
        "untouched": len(spared),
        "strangers": [{"pid": pid, "name": name} for pid, name in spared[:MOST_NAMED]],
        "restarts": restarts,
        "started": len(programs),
        "gone": gone,
        "left": left,
        "survivors": [{"pid": member.identity.pid, "name": member.name} for member in ending.left],
        "strength": backend.strength,
        "weakness": backend.weakness,
        "checked": time.time(),
        "text": _in_words(len(programs), gone, left, restarts, len(named), len(spared)),
    }


def in_lines(told: dict[str, Any]) -> list[str]:
    """A receipt as the log ends with it: who did not end by itself, who was spared, and the sum."""
    ended = [one for one in (*told["launches"], *told["others"]) if one["how"] not in ("", BY_ITSELF)]
    return [
        *(f"{one['name']}, process {one['pid']}: {one['how']}" for one in ended[:MOST_LINES]),
        *(f"{one}: ended by name" for one in told["named"]),
        *(f"{one['name']}, process {one['pid']}: not of this run, left alone" for one in told["strangers"]),
        told["text"],
    ]


def _in_words(started: int, gone: int, left: int, restarts: int, named: int, spared: int) -> str:
    words = [f"{started} started", f"{gone} gone", f"{left} left"]
    words += [f"{restarts} of them restarts"] if restarts else []
    words += [f"{named} ended by name"] if named else []
    words += [f"{spared} of yours untouched"] if spared else []
    return ", ".join(words)


def _spared(programs: list[Program], ending: Ending, named: list[str]) -> list[tuple[int, str]]:
    """Looked at only when somebody had to be ended: the look costs 3 ms with 250 processes on the machine, a whole short run no more."""
    if not (ending.asked or ending.killed or named):
        return []
    ours = {member.identity.pid for member in (*ending.asked.values(), *ending.killed.values(), *ending.left)}
    return strangers({os.path.basename(program.order.argv[0]) for program in programs}, ours)


def _tell_how(programs: list[Program], ending: Ending) -> None:
    for program in programs:
        program.asked = program.identity in ending.killed or program.identity in ending.asked
        if program.identity in ending.killed:
            program.how = "did not listen, killed"
        elif program.identity in ending.asked:
            program.how = "asked to end"


def _told(member: Member, ending: Ending) -> dict[str, Any]:
    how = "did not listen, killed" if member.identity in ending.killed else "asked to end"
    return {"pid": member.identity.pid, "name": member.name, "launch": member.launch, "how": how}
