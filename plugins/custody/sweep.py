"""After a keeper's death: does one still live, and if not, what did it leave behind?"""

from __future__ import annotations

import time
from typing import Any

from plugins.custody.backends import Identity, backend
from plugins.custody.backends.base import Backend, Member, Strength
from plugins.custody.claims import claimed_by
from plugins.custody.kill import terminate
from plugins.custody.receipt import receipt_of_the_lost
from plugins.custody.reserve import drop
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
    dead = [one for one in markers if one.get("boot") == machine.boot() and not _lives(one)]
    groups = [one["group"] for one in dead if one.get("group")]
    ledger = folder.ledger()
    ending = terminate(
        machine,
        lambda: _members(machine, dead) + (claimed_by(machine, ledger) if dead else []),
        grace=max((float(one.get("grace", 0)) for one in dead), default=0.0),
        pause=time.sleep,
        kill_all=lambda: [machine.kill_group(group) for group in groups],
    )
    for group in groups:
        machine.disband(group)
    for one in markers:
        if "pid" in one and not _lives(one):
            drop(folder, one["pid"])
    strength: Strength = "kernel" if groups else machine.strength
    return receipt_of_the_lost(ledger, ending, strength, "" if groups else machine.weakness)


def _members(machine: Backend, dead: list[dict[str, Any]]) -> list[Member]:
    return [
        member
        for marker in dead
        for member in machine.members(marker["mark"], keeper=None, group=marker.get("group", ""))
    ]
