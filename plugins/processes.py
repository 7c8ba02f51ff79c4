"""Which programs run on this machine, whoever started them."""

from __future__ import annotations

import os
from contextlib import suppress


def pids_of(name: str) -> list[int]:
    """Pids of the programs of exactly this name ("MAA.exe"), of any user; case counts only where file names do."""
    import psutil  # 10 ms, which only runs that ask for it should pay

    wanted = os.path.normcase(name)
    return [
        process.pid
        for process in psutil.process_iter(["name", "status"])
        if os.path.normcase(process.info["name"] or "") == wanted
        and process.info["status"] != psutil.STATUS_ZOMBIE
    ]


def created(pid: int) -> float | None:
    """When a process was created; with it, its pid is nobody else's. None when it is gone."""
    import psutil

    try:
        return psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        return None


def end_tree(pid: int, at: float, grace: float) -> None:
    """Ask, then kill, the process that was created `at` and everything below it. Returns when they are gone."""
    import psutil

    try:
        main = psutil.Process(pid)
        if main.create_time() != at:
            return
        tree = [main, *main.children(recursive=True)]
    except psutil.NoSuchProcess:
        return
    for act in ("terminate", "kill"):
        for process in tree:
            with suppress(psutil.NoSuchProcess):
                getattr(process, act)()
        _, tree = psutil.wait_procs(tree, timeout=grace)


def name_problems(name: object, example: str) -> list[tuple[str, str, str]]:
    """For a plugin's `check`: a program's name, not its path or command line."""
    if not isinstance(name, str):
        return []
    if not name.strip():
        return [("name", "is empty: which program?", example)]
    if "/" in name or "\\" in name:
        return [("name", "is a path: give the program's file name alone", example)]
    return []
