"""The receipt: what a run launched, what is gone, what is left and why, and whose same-named programs were spared.

Its shape is told in docs/custody.md and by the API's schema (jobs/api/receipts.py).
"""

from __future__ import annotations

import os
import time
from typing import Any

from plugins.custody.backends.base import Backend, Member, Strength
from plugins.custody.kill import Ending
from plugins.custody.programs import BY_ITSELF, ON_PURPOSE, Program
from plugins.custody.strangers import strangers

MOST_LINES = 20
"""Ended programs that the log tells one by one; the receipt has them all."""
MOST_NAMED = 5
"""Strangers that are told by name and pid; the others are only counted."""
ASKED, KILLED = "asked to end", "did not listen, killed"
UNSEEN = "ended while nobody watched"

Told = dict[str, Any]


def receipt(programs: list[Program], ending: Ending, named: list[str], backend: Backend) -> Told:
    """JSON-able. started: launches; gone, left: of them and their children; others: children that had to be ended."""
    _tell_how(programs, ending)
    mains = {program.identity.pid for program in programs}
    launches = [program.told() for program in programs]
    return _told(launches, mains, ending, named, {"strength": backend.strength, "weakness": backend.weakness})


def receipt_of_the_lost(ledger: list[Told], ending: Ending, strength: Strength, weakness: str) -> Told:
    """By what the dead keeper wrote down: an intent before each spawn, the pid after it."""
    intents = {entry["intent"]: entry for entry in ledger if "intent" in entry}
    how = {
        **{identity.pid: ASKED for identity in ending.asked},
        **{identity.pid: KILLED for identity in ending.killed},
    }
    launches = [
        {
            "number": entry["launch"],
            "argv": (argv := intents.get(entry["launch"], {}).get("argv", [])),
            "name": os.path.basename(argv[0]) if argv else "",
            "pid": entry["pid"],
            "started": entry["at"],
            "how": ON_PURPOSE if entry.get("detached") else how.get(entry["pid"], UNSEEN),
            "detached": bool(entry.get("detached")),
        }
        for entry in ledger
        if "launch" in entry
    ]
    return _told(
        launches, {one["pid"] for one in launches}, ending, [], {"strength": strength, "weakness": weakness}
    )


def _told(launches: list[Told], mains: set[int], ending: Ending, named: list[str], strength: Told) -> Told:
    ended = {**ending.asked, **ending.killed}
    others = [_other(member, ending) for member in ended.values() if member.identity.pid not in mains]
    left = len(ending.left)
    known = mains | {one["pid"] for one in others}
    left_of_known = sum(member.identity.pid in known for member in ending.left)
    outlive = sum(bool(one.get("detached")) for one in launches)
    spared = _spared(launches, ending, named)
    counts = {
        "started": len(launches),
        "gone": len(launches) + len(others) - left_of_known - outlive,
        "left": left,
        "detached": outlive,
        "restarts": sum(one.get("restart_of") is not None for one in launches),
        "untouched": len(spared),
    }
    return {
        "launches": launches,
        "others": others,
        "named": named,
        "survivors": [{"pid": member.identity.pid, "name": member.name} for member in ending.left],
        "strangers": [{"pid": pid, "name": name} for pid, name in spared[:MOST_NAMED]],
        **counts,
        **strength,
        "checked": time.time(),
        "text": _in_words(**counts, named=len(named)),
    }


def in_lines(told: Told) -> list[str]:
    """A receipt as the log ends with it: who did not end by itself, who was spared, and the sum."""
    ended = [one for one in (*told["launches"], *told["others"]) if one["how"] not in ("", BY_ITSELF)]
    return [
        *(f"{one['name']}, process {one['pid']}: {one['how']}" for one in ended[:MOST_LINES]),
        *(f"{one}: ended by name" for one in told["named"]),
        *(f"{one['name']}, process {one['pid']}: could not be ended" for one in told["survivors"]),
        *(f"{one['name']}, process {one['pid']}: not of this run, left alone" for one in told["strangers"]),
        told["text"],
    ]


def _in_words(
    *, started: int, gone: int, left: int, restarts: int, detached: int, named: int, untouched: int
) -> str:
    words = [f"{started} started", f"{gone} gone", f"{left} left"]
    words += [f"{detached} left on purpose"] if detached else []
    words += [f"{restarts} of them restarts"] if restarts else []
    words += [f"{named} ended by name"] if named else []
    words += [f"{untouched} of yours untouched"] if untouched else []
    return ", ".join(words)


def _spared(launches: list[Told], ending: Ending, named: list[str]) -> list[tuple[int, str]]:
    """Looked at only when somebody had to be ended: 1 ms with 140 processes on the machine, and most runs need none."""
    if not (ending.asked or ending.killed or named):
        return []
    ours = {member.identity.pid for member in (*ending.asked.values(), *ending.killed.values(), *ending.left)}
    return strangers({os.path.basename(one["argv"][0]) for one in launches if one["argv"]}, ours)


def _tell_how(programs: list[Program], ending: Ending) -> None:
    for program in programs:
        program.asked = program.identity in ending.killed or program.identity in ending.asked
        if program.identity in ending.killed:
            program.how = KILLED
        elif program.identity in ending.asked:
            program.how = ASKED


def _other(member: Member, ending: Ending) -> Told:
    how = KILLED if member.identity in ending.killed else ASKED
    return {"pid": member.identity.pid, "name": member.name, "launch": member.launch, "how": how}
