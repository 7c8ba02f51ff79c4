"""The receipt: what a run launched, what is gone, what is left and why."""

from __future__ import annotations

import time
from typing import Any

from plugins.custody.backends.base import Backend, Member
from plugins.custody.kill import Ending
from plugins.custody.programs import Program


def receipt(programs: list[Program], ending: Ending, named: list[str], backend: Backend) -> dict[str, Any]:
    """JSON-able. started: launches; gone, left: of them and their children; others: children that had to be ended."""
    _tell_how(programs, ending)
    mains = {program.identity for program in programs}
    others = [
        _told(member, ending)
        for member in {**ending.asked, **ending.killed}.values()
        if member.identity not in mains
    ]
    left = len(ending.left)
    gone = len(programs) + len(others) - left
    by_name = f", {len(named)} ended by name" if named else ""
    return {
        "launches": [program.told() for program in programs],
        "others": others,
        "named": named,
        "started": len(programs),
        "gone": gone,
        "left": left,
        "survivors": [{"pid": member.identity.pid, "name": member.name} for member in ending.left],
        "strength": backend.strength,
        "checked": time.time(),
        "text": f"{len(programs)} started, {gone} gone, {left} left{by_name}",
    }


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
