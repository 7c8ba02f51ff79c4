"""End programs by their exact name, for jobs that ask for it (`kill`, the prototype's killList)."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection

import psutil


def end_all(names: Collection[str], grace: float) -> list[str]:
    """Ask, then kill, every process of this user with exactly one of these names; returns "name pid" for each.

    Never this process, its ancestors or pid 1; never another user's; no shell.
    """
    found = _found(set(names))
    for process in found:
        _try(process.terminate)
    _, deaf = psutil.wait_procs(found, timeout=grace)
    for process in deaf:
        _try(process.kill)
    return [f"{process.info['name']} {process.pid}" for process in found]


def _found(names: set[str]) -> list[psutil.Process]:
    own = {1, os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    return [
        process
        for process in psutil.process_iter(["name", "uids"])
        if process.info["name"] in names
        and process.pid not in own
        and process.info["uids"]
        and process.info["uids"].real == os.getuid()
    ]


def _try(act: Callable[[], None]) -> None:
    """It may end by itself meanwhile, or have become somebody else's: psutil checks the identity before it signals."""
    try:
        act()
    except psutil.Error:
        return
