"""Which processes belong to a cell: by a mark in their environment, which everything that MXX starts inherits."""

from __future__ import annotations

import os
from pathlib import Path

from tests.chaos.mxx import alive, called

MARK = "CHAOS_MARK"
ROLES = {"runscheduler": "supervisor", "runweb": "web"}
NAMES = {"mxx-zygote": "zygote", "mxx-keeper": "keeper", "mxx-runner": "runner"}


def marked(mark: str) -> list[int]:
    """Pids of the living processes that carry the mark."""
    wanted = f"{MARK}={mark}".encode()
    found = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return [pid for pid in found if wanted in _environment(pid) and alive(pid)]


def role(pid: int) -> str:
    """supervisor, web, zygote, keeper, runner; else "program", and "" when it is gone."""
    name = called(pid)
    if name in NAMES:
        return NAMES[name]
    words = _read(pid, "cmdline").split(b"\0")
    return next((role for word, role in ROLES.items() if word.encode() in words), "program" if name else "")


def signal_to(pid: int, number: int) -> bool:
    """False when it is gone already."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


def of_role(mark: str, wanted: str) -> list[int]:
    return sorted(pid for pid in marked(mark) if role(pid) == wanted)


def _environment(pid: int) -> list[bytes]:
    return _read(pid, "environ").split(b"\0")


def _read(pid: int, file: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{file}").read_bytes()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return b""


def describe(pid: int) -> str:
    words = _read(pid, "cmdline").replace(b"\0", b" ").decode(errors="replace").strip()
    return f"{pid} {called(pid)} [{words[:80]}]" if os.path.exists(f"/proc/{pid}") else f"{pid} (gone)"
