"""After a keeper's death: does one still live, and if not, what did it leave behind?"""

from __future__ import annotations

import time
from typing import Any

from plugins.custody.backends import Identity, backend
from plugins.custody.backends.base import Backend, Member
from plugins.custody.kill import Ending, terminate
from plugins.custody.rundir import CLEANUP, STARTED, RunDir


def keeper_lives(folder: RunDir) -> bool:
    """The attempt's own keeper, or the one that cleans up after it."""
    return any(_lives(folder.started(name)) for name in (STARTED, CLEANUP))


def _lives(marker: dict[str, Any] | None) -> bool:
    if not marker or "pid" not in marker or marker["boot"] != backend().boot():
        return False
    return backend().alive(Identity.of(marker))


def sweep(folder: RunDir) -> dict[str, Any]:
    """End every living process of an attempt whose keepers are dead, as a keeper would; returns its receipt.

    Takes up to the run's grace and a little more. After a reboot nobody is signalled: the marks are another boot's."""
    machine = backend()
    markers = [marker for name in (STARTED, CLEANUP) if (marker := folder.started(name))]
    marks = [one["mark"] for one in markers if one.get("boot") == machine.boot() and not _lives(one)]
    ending = terminate(
        machine,
        lambda: _members(machine, marks),
        grace=max((float(one.get("grace", 0)) for one in markers), default=0.0),
        pause=time.sleep,
    )
    return _receipt(folder, ending, machine)


def _members(machine: Backend, marks: list[str]) -> list[Member]:
    return [member for mark in marks for member in machine.members(mark, keeper=None)]


def _receipt(folder: RunDir, ending: Ending, machine: Backend) -> dict[str, Any]:
    launched = [entry for entry in folder.ledger() if "launch" in entry]
    ended = {**ending.asked, **ending.killed}
    return {
        "launches": [{"number": entry["launch"], "pid": entry["pid"], "argv": []} for entry in launched],
        "others": [{"pid": member.identity.pid, "name": member.name} for member in ended.values()],
        "started": len(launched),
        "left": len(ending.left),
        "strength": machine.strength,
        "weakness": machine.weakness,
        "checked": time.time(),
        "text": f"{len(launched)} started, {len(ended)} still alive were ended, {len(ending.left)} left",
    }
