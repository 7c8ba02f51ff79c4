"""End programs by their exact name, for jobs that ask for it (`kill`, the prototype's killList)."""

from __future__ import annotations

import os

import psutil


def end_all(names: list[str], grace: float) -> list[str]:
    """Ask, then kill, every process of this user with exactly one of these names; returns "name pid" for each.

    Never this process, its ancestors or pid 1; never another user's; no shell.
    """
    found = [process for process in psutil.process_iter(["name", "uids"]) if _meant(process, set(names))]
    for process in found:
        process.terminate()
    _, deaf = psutil.wait_procs(found, timeout=grace)
    for process in deaf:
        process.kill()
    return [f"{process.info['name']} {process.pid}" for process in found]


def _meant(process: psutil.Process, names: set[str]) -> bool:
    own = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    uids = process.info["uids"]
    return (
        process.info["name"] in names
        and process.pid > 1
        and process.pid not in own
        and uids is not None
        and uids.real == os.getuid()
    )
