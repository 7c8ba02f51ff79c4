"""Custody on Linux: subreaper, process tree, environment mark; signals through a pidfd after an identity check."""

from __future__ import annotations

import ctypes
import os
import signal
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from plugins.custody.backends.base import Identity, Member, Strength, mark_variable

PR_SET_NAME, PR_SET_CHILD_SUBREAPER = 15, 36
DEAD = (b"Z", b"X")


class Stat(NamedTuple):
    """What /proc/PID/stat tells."""

    name: str
    state: bytes
    parent: int
    start: int


class LinuxBackend:
    strength: Strength = "strong"

    def enter(self, name: str) -> None:
        """Orphans of this process's tree are given to it, even those that called setsid or emptied their environment."""
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
            raise OSError(ctypes.get_errno(), "cannot become the reaper of the run's orphans")
        set_name(name)

    def childless(self) -> bool:
        """A living descendant has a chain of living parents up to us, its subreaper: no child means none at all."""
        try:
            os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return True
        return False

    def members(self, mark: str, *, keeper: int | None, spare: Iterable[int] = ()) -> list[Member]:
        table = _processes()
        never = {os.getpid(), *spare, *([keeper] if keeper else []), *_ancestors(table, os.getpid())}
        below = _below(table, keeper) if keeper else set()
        variable = mark_variable(mark).encode()
        found = []
        for pid, stat in table.items():
            if pid in never or stat.state in DEAD:
                continue
            value = _environment_value(pid, variable)
            if pid in below or value is not None:
                launch = int(value) if value and value.isdigit() else None
                found.append(Member(Identity(pid, stat.start), stat.name, launch))
        return found

    def identity(self, pid: int) -> Identity | None:
        stat = _stat(pid)
        return Identity(pid, stat.start) if stat else None

    def alive(self, identity: Identity) -> bool:
        stat = _stat(identity.pid)
        return bool(stat and stat.start == identity.start and stat.state not in DEAD)

    def ask(self, identity: Identity) -> bool:
        return _signal(identity, signal.SIGTERM)

    def freeze(self, identity: Identity) -> bool:
        return _signal(identity, signal.SIGSTOP)

    def kill(self, identity: Identity) -> bool:
        return _signal(identity, signal.SIGKILL)

    def wake(self, identity: Identity) -> bool:
        """Tell a keeper to look at its folder now; its handler for SIGUSR1 does nothing else."""
        return _signal(identity, signal.SIGUSR1)

    def boot(self) -> str:
        return _boot()


@cache
def _boot() -> str:
    with open("/proc/sys/kernel/random/boot_id") as file:
        return file.read().strip()


def set_name(name: str) -> None:
    """The kernel's name of this process (15 bytes), as `ps` and `top` show it."""
    ctypes.CDLL(None).prctl(PR_SET_NAME, name.encode()[:15], 0, 0, 0)


def _stat(pid: int) -> Stat | None:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            content = file.read()
    except (FileNotFoundError, ProcessLookupError):
        return None
    head, _, tail = content.rpartition(b")")  # a name may hold spaces and brackets
    fields = tail.split()
    name = head.partition(b"(")[2].decode(errors="replace")
    return Stat(name, fields[0], int(fields[1]), int(fields[19]))


def _processes() -> dict[int, Stat]:
    """One pass over /proc; about 5 ms with 600 processes."""
    pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    return {pid: stat for pid in pids if (stat := _stat(pid))}


def _below(table: dict[int, Stat], root: int) -> set[int]:
    children: dict[int, list[int]] = {}
    for pid, stat in table.items():
        children.setdefault(stat.parent, []).append(pid)
    found: set[int] = set()
    todo = [root]
    while todo:
        for child in children.get(todo.pop(), ()):
            if child not in found:
                found.add(child)
                todo.append(child)
    return found


def _ancestors(table: dict[int, Stat], pid: int) -> set[int]:
    found: set[int] = set()
    while (stat := table.get(pid)) and stat.parent not in found and stat.parent:
        pid = stat.parent
        found.add(pid)
    return found


def _environment_value(pid: int, variable: bytes) -> bytes | None:
    """The value of one variable in a process's first environment; None: not there, or not ours to read."""
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            content = file.read()
    except OSError:
        return None
    prefix = variable + b"="
    if prefix not in content:
        return None
    return next((entry[len(prefix) :] for entry in content.split(b"\0") if entry.startswith(prefix)), None)


def _signal(identity: Identity, number: int) -> bool:
    """Open a pidfd, then check the identity, then signal through the pidfd: no window for a reused pid."""
    try:
        handle = os.pidfd_open(identity.pid)
    except OSError:
        return False
    try:
        stat = _stat(identity.pid)
        if stat is None or stat.start != identity.start:
            return False
        signal.pidfd_send_signal(handle, number)
        return True
    except (ProcessLookupError, PermissionError):
        return False
    finally:
        os.close(handle)
