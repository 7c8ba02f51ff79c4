"""Custody where the kernel offers little: the tree is looked at again and again, and whoever was seen is remembered.

Evidence: the process tree, sessions and process groups of what was launched, the environment mark where it can be
read. A daemon that throws all of them away between two looks is lost: best effort, and said so. It works on Linux too,
where the escape suite measures it (tests/plugins/custody/test_polling.py).
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping

import psutil

from plugins.custody.backends import posix
from plugins.custody.backends.base import NO_SESSIONS, Identity, Member, NoGroups, Strength, mark_variable

assert sys.platform != "win32"

TICKS = 1_000_000
"""A start is told in microseconds."""
PARENT_LOOK = 0.5
"""Seconds between a runner's looks at its keeper."""


class PollingBackend(NoGroups):
    """For one run at a time: `enter_keeper` forgets what was seen before."""

    strength: Strength = "best_effort"
    weakness = "the platform does not tell who belongs to a run: what hides between two looks gets away"
    polls = True

    def __init__(self) -> None:
        self._seen: dict[Identity, int | None] = {}
        """Members, living and dead, with their launch where it is known."""
        self._strangers: set[Identity] = set()
        """Whose environment was read: it bears no mark."""
        self._taken: set[int] = set()
        """Sessions that a stranger leads: the pid of a program of ours was given out again."""

    def enter_keeper(self, mark: str) -> None:
        self._seen.clear()
        self._strangers.clear()
        self._taken.clear()

    def enter_runner(self, keeper: int) -> None:
        """Nobody tells a child of its parent's death here: it looks for itself."""
        threading.Thread(target=_end_with, args=(keeper,), name="mxx-parent", daemon=True).start()

    def spawn(self, argv: list[str], cwd: str, env: Mapping[str, str], output: int, errors: int) -> int:
        return posix.spawn(argv, cwd, env, output, errors)

    def promise(self) -> tuple[Strength, str]:
        return self.strength, self.weakness

    def childless(self, spare: int = 0) -> bool:
        """No proof: an orphan becomes another process's child here."""
        return False

    def members(
        self,
        mark: str,
        *,
        keeper: int | None,
        spare: Iterable[int] = (),
        sessions: Mapping[int, int] = NO_SESSIONS,
        group: str = "",
    ) -> list[Member]:
        """keeper None: only the mark tells, and of remembered ones nothing is known."""
        processes = dict(_processes())
        never = {os.getpid(), *spare, *_ancestors(processes, os.getpid())}
        if keeper is not None:
            never.add(keeper)
            self._remember(processes, keeper, sessions)
        found = []
        for pid, (identity, process) in processes.items():
            if pid not in never and self._is_ours(identity, process, mark):
                found.append(Member(identity, _name(process), self._seen[identity]))
        return found

    def _is_ours(self, identity: Identity, process: psutil.Process, mark: str) -> bool:
        if self._seen.get(identity) is None and identity not in self._strangers:
            launch = _mark_of(process, mark)
            if launch is not None:
                self._seen[identity] = launch
            elif identity not in self._seen:
                self._strangers.add(identity)
        return identity in self._seen

    def _remember(
        self, processes: dict[int, tuple[Identity, psutil.Process]], keeper: int, sessions: Mapping[int, int]
    ) -> None:
        """Whose parent, session or group is one of ours is ours. Until nobody new is found."""
        known = {pid for pid, (identity, _) in processes.items() if identity in self._seen} | {keeper}
        self._taken |= {pid for pid in sessions if pid in processes and not _is_child(processes, pid, known)}
        led = {session for session in sessions if session > 0} - self._taken
        while new := {pid for pid in processes.keys() - known if _belongs(processes[pid][1], known, led)}:
            known |= new
            for pid in new:
                self._seen[processes[pid][0]] = sessions.get(_session(pid))

    def identity(self, pid: int) -> Identity | None:
        try:
            return _identity(psutil.Process(pid))
        except psutil.Error:
            return None

    def alive(self, identity: Identity) -> bool:
        try:
            process = psutil.Process(identity.pid)
            return _identity(process) == identity and process.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return False

    def ask(self, identity: Identity) -> bool:
        """SIGTERM, and SIGCONT behind it: a suspended program hears nothing before it goes on."""
        asked = self._signal(identity, signal.SIGTERM)
        self._signal(identity, signal.SIGCONT)
        return asked

    def freeze(self, identity: Identity) -> bool:
        return self._signal(identity, signal.SIGSTOP)

    def kill(self, identity: Identity) -> bool:
        return self._signal(identity, signal.SIGKILL)

    def wake(self, identity: Identity) -> bool:
        return self._signal(identity, signal.SIGUSR1)

    def boot(self) -> str:
        """Only as exact as the clock: minutes, so that a clock that is set does not look like a boot."""
        return f"booted in minute {psutil.boot_time() // 60:.0f}"

    def set_name(self, name: str) -> None:
        """No call for it that psutil or Python know."""

    def _signal(self, identity: Identity, number: int) -> bool:
        """Check, then signal: some microseconds in which the pid could be given to somebody else remain."""
        if self.identity(identity.pid) != identity:
            return False
        try:
            os.kill(identity.pid, number)
        except (ProcessLookupError, PermissionError):
            return False
        return True


def _end_with(keeper: int) -> None:
    while os.getppid() == keeper:
        time.sleep(PARENT_LOOK)
    os.kill(os.getpid(), signal.SIGKILL)


def _processes() -> Iterator[tuple[int, tuple[Identity, psutil.Process]]]:
    for pid in psutil.pids():
        try:
            process = psutil.Process(pid)
            if process.status() != psutil.STATUS_ZOMBIE:
                yield pid, (_identity(process), process)
        except psutil.Error:
            continue  # it ended meanwhile, or is not ours to look at


def _identity(process: psutil.Process) -> Identity:
    """psutil's own: the start since boot, which a clock that is set does not move. `create_time()` would be moved."""
    pid, start = process._ident  # type: ignore[attr-defined]
    return Identity(pid, int(start * TICKS))


def _ancestors(processes: Mapping[int, tuple[Identity, psutil.Process]], pid: int) -> set[int]:
    found: set[int] = set()
    while pid in processes and (parent := _parent(processes[pid][1])) and parent not in found:
        pid = parent
        found.add(pid)
    return found


def _is_child(processes: Mapping[int, tuple[Identity, psutil.Process]], pid: int, known: set[int]) -> bool:
    return pid in known or _parent(processes[pid][1]) in known


def _belongs(process: psutil.Process, known: set[int], led: set[int]) -> bool:
    """led: positive pids only; the kernel's own threads have session 0."""
    return _parent(process) in known or _session(process.pid) in led or _group(process.pid) in led


def _parent(process: psutil.Process) -> int:
    try:
        return process.ppid()
    except psutil.Error:
        return 0


def _session(pid: int) -> int:
    try:
        return os.getsid(pid)
    except OSError:
        return 0


def _group(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except OSError:
        return 0


def _name(process: psutil.Process) -> str:
    try:
        return process.name()
    except psutil.Error:
        return "?"


def _mark_of(process: psutil.Process, mark: str) -> int | None:
    """The launch in its environment; None: not there, or not ours to read (another user's, or a protected one)."""
    try:
        value = process.environ().get(mark_variable(mark), "")
    except (psutil.Error, OSError, ValueError):
        return None
    return int(value) if value.isdigit() else None
