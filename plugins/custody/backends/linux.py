"""Custody on Linux: subreaper and process tree while the keeper lives, marks after it; signals through a checked pidfd."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from collections.abc import Iterable, Mapping
from functools import cache

from plugins.custody.backends import cgroup, posix, proc
from plugins.custody.backends.base import NO_SESSIONS, Identity, Member, Myself, Strength, mark_variable
from plugins.custody.lines import read_whole

assert sys.platform == "linux"

PR_SET_PDEATHSIG, PR_SET_NAME, PR_SET_CHILD_SUBREAPER = 1, 15, 36
RLIMIT_LOCKS = 10
"""Without effect since Linux 2.4.25, inherited by fork and exec, seen by everybody: a place for a mark."""


class LinuxBackend(Myself):
    polls = False

    def __init__(self) -> None:
        self.group = cgroup.leaf()
        self.strength: Strength = "kernel" if self.group else "strong"
        self.weakness = "" if self.group else cgroup.ground().why_not or "no group could be entered"

    def promise(self) -> tuple[Strength, str]:
        return ("kernel", "") if cgroup.ground().path else (self.strength, self.weakness)

    def prepare_groups(self) -> bool:
        cgroup.disband_left_over()
        return bool(cgroup.ground().path)

    def enter_group(self) -> None:
        cgroup.enter()

    def leave_group(self) -> None:
        cgroup.leave()

    def enter_keeper(self, mark: str) -> None:
        """Orphans of this process's tree are given to it, even those that called setsid or emptied their environment.

        What it forks bears the run's mark as a limit, which neither setsid nor an empty environment takes off."""
        if _prctl(PR_SET_CHILD_SUBREAPER, 1):
            raise OSError(ctypes.get_errno(), "cannot become the reaper of the run's orphans")
        self.set_name("mxx-keeper")
        if not _limit_locks(lock_limit(mark)) and not self.group:
            self.strength, self.weakness = "best_effort", "the limit that marks its programs cannot be set"

    def enter_runner(self, keeper: int) -> None:
        self.set_name("mxx-runner")
        _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != keeper:  # it died before we asked to be told
            os._exit(1)

    def spawn(self, argv: list[str], cwd: str, env: Mapping[str, str], output: int, errors: int) -> int:
        return posix.spawn(argv, cwd, env, output, errors)

    def bear(self, mark: str) -> None:
        self.set_name("mxx-runner")
        _limit_locks(lock_limit(mark))

    def childless(self, spare: int = 0) -> bool:
        """A living descendant has a chain of living parents up to us, its subreaper: no child means none at all. Only we
        reap our children, so the list of them is whole."""
        try:
            os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return True
        return bool(spare) and proc.TREE_KNOWN and proc.below(os.getpid()) == {spare}

    def members(
        self,
        mark: str,
        *,
        keeper: int | None,
        spare: Iterable[int] = (),
        sessions: Mapping[int, int] = NO_SESSIONS,
        group: str = "",
    ) -> list[Member]:
        """Nobody leaves the tree of a living subreaper, so with a keeper the tree is all; without one the marks are."""
        variable = mark_variable(mark).encode()
        found = proc.below(keeper) if keeper else _marked(variable, lock_limit(mark))
        found |= cgroup.members(group) if group else set()
        members = (_member(pid, variable, sessions) for pid in found - {os.getpid(), *spare})
        return [member for member in members if member]

    def identity(self, pid: int) -> Identity | None:
        return _identity(pid)

    def alive(self, identity: Identity) -> bool:
        found = proc.stat(identity.pid)
        if not found or found.start != identity.start or found.dead:
            return False
        return identity.number == 0 or _identity(identity.pid) == identity

    def ask(self, identity: Identity) -> bool:
        """SIGTERM, and SIGCONT behind it: a suspended program hears nothing before it goes on."""
        asked = _signal(identity, signal.SIGTERM)
        _signal(identity, signal.SIGCONT)
        return asked

    def freeze(self, identity: Identity) -> bool:
        return _signal(identity, signal.SIGSTOP)

    def kill(self, identity: Identity) -> bool:
        return _signal(identity, signal.SIGKILL)

    def kill_group(self, group: str) -> bool:
        return bool(group) and cgroup.kill(group)

    def disband(self, group: str) -> None:
        cgroup.disband(group)

    def wake(self, identity: Identity) -> bool:
        """Tell a keeper to look at its folder now; its handler for SIGUSR1 does nothing else."""
        return _signal(identity, signal.SIGUSR1)

    def boot(self) -> str:
        return _boot()

    def set_name(self, name: str) -> None:
        """The kernel's name of this process (15 bytes), as `ps` and `top` show it."""
        _prctl(PR_SET_NAME, name.encode()[:15])


@cache
def _boot() -> str:
    return (read_whole("/proc/sys/kernel/random/boot_id") or b"").decode().strip()


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _identity(pid: int) -> Identity | None:
    """Pid, start tick, and the kernel's own number of the process (Linux 6.9: never given out twice in a boot).

    Older kernels give every process the same number, which then tells nothing and harms nothing."""
    try:
        handle = os.pidfd_open(pid)
    except OSError:
        return None
    try:
        found = proc.stat(pid)
        return Identity(pid, found.start, os.fstat(handle).st_ino) if found else None
    finally:
        os.close(handle)


def _prctl(option: int, argument: int | bytes) -> int:
    return int(_libc().prctl(option, argument, 0, 0, 0))


def lock_limit(mark: str) -> int:
    """The run's mark (16 hex digits) as a limit that no human would set: 62 bits, the first of them 1."""
    return int(mark, 16) >> 3 | 1 << 61


def _limit_locks(soft: int) -> bool:
    """The soft limit only: a keeper has another one for its next run, and a hard limit could not be raised again."""
    _, hard = resource.getrlimit(RLIMIT_LOCKS)
    try:
        resource.setrlimit(RLIMIT_LOCKS, (soft, hard))
    except ValueError:  # above a hard limit that somebody set
        return False
    return True


def _marked(variable: bytes, limit: int) -> set[int]:
    """Processes with either mark, wherever they hang; never one of our own ancestors. 10 ms with 600 processes."""
    strangers = proc.ancestors(os.getpid())
    return {
        pid
        for pid in proc.pids()
        if pid not in strangers
        and (proc.has_lock_limit(pid, limit) or proc.environment_value(pid, variable) is not None)
    }


def _member(pid: int, variable: bytes, sessions: Mapping[int, int]) -> Member | None:
    """None when it is dead. Its launch: as its environment says, or else its session."""
    identity, found = _identity(pid), proc.stat(pid)
    if identity is None or found is None or found.dead or found.start != identity.start:
        return None
    value = proc.environment_value(pid, variable)
    launch = int(value) if value and value.isdigit() else sessions.get(found.session)
    return Member(identity, found.name, launch)


def _signal(identity: Identity, number: int) -> bool:
    """Open a pidfd, then check the identity, then signal through the pidfd: no window for a reused pid."""
    try:
        handle = os.pidfd_open(identity.pid)
    except OSError:
        return False
    try:
        if not proc.is_same(handle, identity):
            return False
        signal.pidfd_send_signal(handle, number)
        return True
    except (ProcessLookupError, PermissionError):
        return False
    finally:
        os.close(handle)
