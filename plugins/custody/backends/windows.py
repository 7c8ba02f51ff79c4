"""Custody on Windows: a Job Object that the keeper alone holds. Never run on Windows yet.

The kernel says who belongs to the run, whatever the programs do, and ends them all if the keeper dies. Outside any job,
by Windows' own rules: what another process starts on request (WMI, Task Scheduler, services, an instance that runs
already, programs raised by UAC).
"""

from __future__ import annotations

import base64
import os
import socket
import subprocess
import sys
from collections.abc import Iterable, Mapping
from ctypes import byref
from pathlib import Path
from typing import Any

from plugins.custody.backends.base import NO_SESSIONS, Identity, Member, NoGroups, Strength, mark_variable
from plugins.custody.backends.jobobject import JobObject, kernel32
from plugins.custody.backends.jobstructs import FileTime
from plugins.custody.backends.windowclose import close_windows_of
from plugins.custody.stations.cold import Fresh

ROOT = Path(__file__).resolve().parents[3]
CREATE_SUSPENDED, CREATE_NEW_PROCESS_GROUP = 0x4, 0x200
CTRL_BREAK = 1
TERMINATE, SYNCHRONIZE, QUERY_LIMITED = 0x1, 0x100000, 0x1000
WAIT_TIMEOUT = 0x102
KILLED = 1
"""The exit code of who is ended by force."""


class WindowsBackend(NoGroups):
    """library: kernel32, or in tests one that follows a script."""

    polls = False

    def __init__(self, library: Any = None) -> None:
        self.strength: Strength = "kernel"
        self.weakness = ""
        self._library = library or kernel32()
        self._job: JobObject | None = None
        self._children: dict[int, subprocess.Popen[bytes]] = {}

    def promise(self) -> tuple[Strength, str]:
        return self.strength, self.weakness

    # ---- keeper and runner

    def enter_keeper(self, mark: str) -> None:
        """Not into the job itself: what ends the run must not end the keeper."""
        self._job = JobObject(self._library)

    def enter_runner(self, keeper: int) -> None:
        """It is in the job, which ends with its keeper."""

    def start_python(
        self, module: str, env: Mapping[str, str], line: socket.socket, output: int, errors: int
    ) -> Fresh:
        argv = [sys.executable, "-m", module]
        child = self._start(argv, str(ROOT), env, subprocess.PIPE, output, errors)
        assert child.stdin is not None
        return Fresh(child.pid, child.stdin, _shared(line, child.pid))  # type: ignore[arg-type]

    def spawn(self, argv: list[str], cwd: str, env: Mapping[str, str], output: int, errors: int) -> int:
        return self._start(argv, cwd, env, subprocess.DEVNULL, output, errors).pid

    def _start(
        self, argv: list[str], cwd: str, env: Mapping[str, str], entry: int, output: int, errors: int
    ) -> subprocess.Popen[bytes]:
        """Born asleep, put into the job, woken: it never runs outside, and none is left asleep. Raises OSError."""
        assert self._job is not None, "a keeper has entered before it starts anything"
        child = subprocess.Popen(
            argv,
            cwd=cwd,
            env=env,
            stdin=entry,
            stdout=output,
            stderr=errors,
            creationflags=_if_windows(CREATE_SUSPENDED | CREATE_NEW_PROCESS_GROUP),
        )
        try:
            self._job.assign(_handle(child))
            _resume(child.pid)
        except BaseException:
            child.kill()
            child.wait()
            raise
        self._children[child.pid] = child
        return child

    def wait(self, pid: int) -> int:
        return self._children[pid].wait()

    def end_child(self, pid: int) -> None:
        self._children[pid].kill()

    # ---- who belongs to the run

    def childless(self, spare: int = 0) -> bool:
        return self._job is None or self._job.active() == 0

    def members(
        self,
        mark: str,
        *,
        keeper: int | None,
        spare: Iterable[int] = (),
        sessions: Mapping[int, int] = NO_SESSIONS,
        group: str = "",
    ) -> list[Member]:
        """keeper None: nobody. The job of a dead keeper was closed with it, and the kernel has ended everybody."""
        if keeper is None or self._job is None:
            return []
        never = {os.getpid(), *spare}
        found = (self._member(pid, mark, sessions) for pid in self._job.pids() if pid not in never)
        return [member for member in found if member]

    def _member(self, pid: int, mark: str, sessions: Mapping[int, int]) -> Member | None:
        identity = self.identity(pid)
        if identity is None:
            return None
        name, launch = _told(pid, mark)
        return Member(identity, name, sessions.get(pid, launch))

    def identity(self, pid: int) -> Identity | None:
        """start: when it was created, in 100 ns since 1601. No other process of any boot has pid and start alike."""
        with _Opened(self._library, pid, QUERY_LIMITED) as handle:
            return self._identity(handle, pid) if handle else None

    def alive(self, identity: Identity) -> bool:
        with _Opened(self._library, identity.pid, QUERY_LIMITED | SYNCHRONIZE) as handle:
            if not handle or self._identity(handle, identity.pid) != identity:
                return False
            return bool(self._library.WaitForSingleObject(handle, 0) == WAIT_TIMEOUT)

    def _identity(self, handle: int, pid: int) -> Identity | None:
        times = [FileTime() for _ in range(4)]
        if not self._library.GetProcessTimes(handle, *map(byref, times)):
            return None
        return Identity(pid, times[0].ticks)

    # ---- signals

    def ask(self, identity: Identity) -> bool:
        """Close its windows, and Ctrl-Break for the group that it leads, if it does: programs of the console hear that."""
        if not self.alive(identity):
            return False
        closed = close_windows_of(identity.pid)
        leads = identity.pid in self._children
        broken = leads and self._library.GenerateConsoleCtrlEvent(CTRL_BREAK, identity.pid)
        return bool(closed or broken)

    def freeze(self, identity: Identity) -> bool:
        import psutil

        try:
            process = psutil.Process(identity.pid)
            if self.identity(identity.pid) != identity:
                return False
            process.suspend()
        except psutil.Error:
            return False
        return True

    def kill(self, identity: Identity) -> bool:
        """Through a handle: while that is open its pid is nobody else's."""
        with _Opened(self._library, identity.pid, QUERY_LIMITED | TERMINATE) as handle:
            if not handle or self._identity(handle, identity.pid) != identity:
                return False
            return bool(self._library.TerminateProcess(handle, KILLED))

    def wake(self, identity: Identity) -> bool:
        """There is no signal for it: a keeper looks at its folder twice a second."""
        return False

    def boot(self) -> str:
        """The same for all boots: an identity holds its moment of creation, which none of them repeats."""
        return "windows"

    def set_name(self, name: str) -> None:
        """A process is called after its file here."""


class _Opened:
    """A handle of a process for a while; 0 when it is gone, or not ours."""

    def __init__(self, library: Any, pid: int, access: int) -> None:
        self._library = library
        self._handle = library.OpenProcess(access, 0, pid) or 0

    def __enter__(self) -> int:
        return int(self._handle)

    def __exit__(self, *_: object) -> None:
        if self._handle:
            self._library.CloseHandle(self._handle)


def _if_windows(flags: int) -> int:
    """POSIX refuses any by a ValueError, and the tests' scripted kernel32 lives there."""
    return flags if os.name == "nt" else 0


def _handle(child: subprocess.Popen[bytes]) -> int:
    return int(getattr(child, "_handle", child.pid))


def _resume(pid: int) -> None:
    import psutil

    psutil.Process(pid).resume()


def _told(pid: int, mark: str) -> tuple[str, int | None]:
    """Its name, and the launch in its environment where that is ours to read."""
    import psutil

    try:
        process = psutil.Process(pid)
        name = process.name()
        value = process.environ().get(mark_variable(mark), "")
    except (psutil.Error, OSError):
        return "?", None
    return name, int(value) if value.isdigit() else None


def _shared(line: socket.socket, pid: int) -> str:
    if sys.platform == "win32":
        return base64.b64encode(line.share(pid)).decode()
    else:
        return str(line.fileno())
