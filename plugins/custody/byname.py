"""End programs by their exact name, for jobs that ask for it (`kill`, the prototype's killList)."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection
from contextlib import suppress

import psutil

from plugins.custody.ourselves import is_mxx

KERNEL_CUT = 15
"""Characters of a program's name that Linux keeps; a longer one is read from its file."""


def end_all(names: Collection[str], grace: float) -> list[str]:
    """Ask, then kill, every process of this user with exactly one of these names; returns "name pid" for each.

    Never this process, its ancestors, pid 1 or MXX itself; never another user's, whoever asks; no shell.
    """
    wanted = {os.path.normcase(name) for name in names}
    found = [(process, name) for process, name in _candidates() if os.path.normcase(name) in wanted]
    for process, _ in found:
        _try(process.terminate)
    _, deaf = psutil.wait_procs([process for process, _ in found], timeout=grace)
    for process in deaf:
        _try(process.kill)
    return [f"{name} {process.pid}" for process, name in found]


def _candidates() -> list[tuple[psutil.Process, str]]:
    """Every process that a name may end, and how it is called."""
    spared = {0, 1, os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    me = psutil.Process().username()
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.pid in spared or process.username() != me:
                continue
            name = full_name(process)
            if not is_mxx(name, process.cmdline()) and process.status() != psutil.STATUS_ZOMBIE:
                found.append((process, name))
    return found


def full_name(process: psutil.Process) -> str:
    """The kernel's name of a program; where that was cut, the name of its file if it begins so."""
    name = process.name()
    if len(name.encode()) != KERNEL_CUT:
        return name
    with suppress(psutil.AccessDenied):
        file = os.path.basename(process.exe())
        return file if file.startswith(name) else name
    return name


def _try(act: Callable[[], None]) -> None:
    """It may end by itself meanwhile, or have become somebody else's: psutil checks the identity before it signals."""
    with suppress(psutil.Error):
        act()
