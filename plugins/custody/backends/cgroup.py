"""Groups of the kernel's (cgroup v2): a leaf for each keeper process, where that part of the hierarchy is really ours.

A leaf a run would cost every run of a quiet machine 10 to 15 ms, for which the kernel makes all others wait; a keeper
enters before it is needed and keeps up to a hundred runs, each of which it has proved empty.
"""

from __future__ import annotations

import os
import sys
from functools import cache
from typing import NamedTuple

from plugins.custody.backends import proc
from plugins.custody.lines import read_whole

assert sys.platform == "linux"

PREFIX = "mxx-"
HIERARCHY = b" - cgroup2 "
SYSTEMD = "/run/systemd/system"
DELEGATED = ("user.delegate", "trusted.delegate")
"""By these attributes systemd tells root which groups it leaves alone."""


class Ground(NamedTuple):
    """path: the folder in which leaves may be made; "" when there is none, and then why."""

    path: str
    why_not: str


@cache
def ground() -> Ground:
    """Asked once a zygote, before any keeper is in a leaf."""
    path = _own()
    if not path:
        return Ground("", "this system has no cgroup v2")
    if not (os.access(path, os.W_OK) and os.access(f"{path}/cgroup.procs", os.W_OK)):
        return Ground("", "no cgroup is delegated to this user")
    if os.geteuid() == 0 and os.path.isdir(SYSTEMD) and not _is_delegated(path):
        return Ground("", "systemd has not delegated this cgroup")
    return Ground(path, "")


def leaf() -> str:
    """This process's own leaf, as the kernel says; "" when it is in none."""
    path = _own()
    return path if os.path.basename(path) == _name() else ""


def enter() -> None:
    """Make a leaf and move into it; what this process starts from now on is there too. Without ground: nothing."""
    if not ground().path:
        return
    path = f"{ground().path}/{_name()}"
    for _ in range(2):  # a zygote that tidies up may have taken the empty leaf from under us
        try:
            os.mkdir(path)
            _write(f"{path}/cgroup.procs", b"0")
            return
        except OSError:
            _remove(path)  # the receipt tells: strength is what leaf() finds


def leave() -> None:
    """Out of the leaf, and remove it with what programs made below it; its last process cannot do so from within."""
    if path := leaf():
        try:
            _write(f"{ground().path}/cgroup.procs", b"0")
        except OSError:
            return  # the next zygote finds it empty
        disband(path)


def members(path: str) -> set[int]:
    """Pids in a leaf and in the groups that somebody made below it."""
    found: set[int] = set()
    for folder in _folders(path):
        try:
            found.update(map(int, (read_whole(f"{folder}/cgroup.procs") or b"").split()))
        except OSError:  # removed between two looks, or a threaded group, whose parent names them
            continue
    return found


def kill(path: str) -> bool:
    """Everybody in it, and everybody who is being forked in it, at once. False: this kernel cannot (before 5.14)."""
    if not _folders(path):
        return False
    try:
        _write(f"{path}/cgroup.kill", b"1")
    except OSError:
        return False
    return True


def disband(path: str) -> None:
    """Remove it, as far as it is empty."""
    for folder in reversed(_folders(path)):
        _remove(folder)


def disband_left_over() -> None:
    """Leaves of keepers that died and of which nothing is left; the kernel refuses to remove one that is in use."""
    if path := ground().path:
        for entry in os.listdir(path):
            if entry.startswith(PREFIX):
                disband(f"{path}/{entry}")


def _name() -> str:
    me = proc.stat(os.getpid())
    return f"{PREFIX}{os.getpid()}-{me.start if me else 0}"


def _own() -> str:
    """The folder of the group that this process is in; "" when there is no way to see it."""
    mount, root = _mount()
    lines = (read_whole("/proc/self/cgroup") or b"").splitlines()
    inside = next((os.fsdecode(line[3:]) for line in lines if line.startswith(b"0::")), "")
    if not mount or not inside.startswith(root) or "/.." in inside:
        return ""
    return f"{mount}/{inside[len(root) :]}".rstrip("/").replace("//", "/")


@cache
def _mount() -> tuple[str, str]:
    """(where the hierarchy is mounted, which part of it); ("", "") when it is not."""
    for line in (read_whole("/proc/self/mountinfo") or b"").splitlines():
        if HIERARCHY in line:
            fields = line.split()
            return os.fsdecode(fields[4]), os.fsdecode(fields[3])
    return "", ""


def _is_delegated(path: str) -> bool:
    for name in DELEGATED:
        try:
            if os.getxattr(path, name) == b"1":
                return True
        except OSError:  # not set
            continue
    return False


def _folders(path: str) -> list[str]:
    """The leaf and what is below it; nothing when it is no leaf of MXX's: nobody else's group is ever emptied."""
    mount, _ = _mount()
    if not mount or not path.startswith(f"{mount}/") or not os.path.basename(path).startswith(PREFIX):
        return []
    return [folder for folder, _, _ in os.walk(path)]


def _write(path: str, text: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, text)
    finally:
        os.close(descriptor)


def _remove(path: str) -> None:
    try:
        os.rmdir(path)
    except OSError:  # in use, or gone
        return
