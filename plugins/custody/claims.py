"""Claims: programs that a launch hands over to somebody else, as an emulator's command line does to its service.

Weaker evidence than custody: a program of exactly this file, of the same user, that was not there before the launch and
appeared soon after it. Whoever has to guess claims nothing.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from plugins.context import LaunchRequest
from plugins.custody.backends.base import Backend, Identity, Member
from plugins.custody.lines import LineFile
from plugins.custody.ourselves import is_mxx
from plugins.custody.programs import Program
from plugins.custody.spec import RunSpec
from plugins.exceptions import CannotLaunch

LOOK = 0.25
"""Seconds between two looks for a program that is to be claimed."""
Claimed = Callable[[str], None]


@dataclass
class Claim:
    """One launch that waits for its program. done(): "" when it is claimed, else why not."""

    path: str
    until: float
    lock: int
    before: set[int]
    program: Program
    done: Claimed


@dataclass
class Claims:
    spec: RunSpec
    backend: Backend
    ledger: LineFile
    look_at: float | None = None
    _waiting: list[Claim] = field(default_factory=list)
    _held: dict[int, Member] = field(default_factory=dict)

    def launch(self, order: LaunchRequest, spawn: Callable[[], Program], done: Claimed) -> Program:
        """Start it between a look at what is there before and the looks for what appears. Raises CannotLaunch."""
        path = _resolved(order.claim)
        lock = self._lock(path)
        try:
            before = _pids_of(path)
            program = spawn()
        except BaseException:
            os.close(lock)
            raise
        until = time.monotonic() + order.claim_within
        self._waiting.append(Claim(path, until, lock, before, program, done))
        self.look_at = 0.0
        return program

    def waits(self, program: Program) -> bool:
        """While it is not known yet to whom it hands over."""
        return any(claim.program is program for claim in self._waiting)

    def look(self, members: Callable[[], list[Member]]) -> None:
        """members(): in the run's custody anyway; a program among them needs no claim."""
        for claim in list(self._waiting):
            appeared = _pids_of(claim.path) - claim.before
            ours = {member.identity.pid for member in members()} if appeared else set()
            if appeared & ours:
                self._settle(claim, "")
                continue
            found = _roots({pid for pid in appeared if not _is_of_another_run(pid)})
            if len(found) > 1:
                pids = ", ".join(map(str, sorted(found)))
                self._settle(
                    claim, f"several programs {claim.path} appeared (processes {pids}): none is claimed"
                )
            elif found and (identity := self._newer(found.pop(), claim)):
                self._hold(claim, identity)
                self._settle(claim, "")
            elif time.monotonic() >= claim.until:
                within = claim.program.order.claim_within
                self._settle(claim, f"no program {claim.path} appeared within {within:.10g} s")
        self.look_at = time.monotonic() + LOOK if self._waiting else None

    def give_up(self, why: str) -> None:
        for claim in list(self._waiting):
            self._settle(claim, why)

    def members(self) -> list[Member]:
        """The claimed programs that live, and what they have started."""
        return members_of(self.backend, list(self._held.values()))

    def any_alive(self) -> bool:
        return any(self.backend.alive(member.identity) for member in self._held.values())

    def _newer(self, pid: int, claim: Claim) -> Identity | None:
        identity = self.backend.identity(pid)
        return identity if identity and identity.start >= claim.program.identity.start else None

    def _hold(self, claim: Claim, identity: Identity) -> None:
        number, name = claim.program.number, os.path.basename(claim.path)
        self._held[number] = Member(identity, name, number)
        self.ledger.append({"at": time.time(), "claimed": number, "name": name, **identity.told()})
        claim.program.claimed = {"pid": identity.pid, "name": name}

    def _settle(self, claim: Claim, why_not: str) -> None:
        self._waiting.remove(claim)
        os.close(claim.lock)
        claim.done(why_not)

    def _lock(self, path: str) -> int:
        """Nobody else of this home may wait for the same program: it would be a guess whose it is."""
        import hashlib  # with it comes OpenSSL: 100 pages that every fork of a keeper would share out

        try:
            return _locked(f"{self.spec.home}/claims", hashlib.sha256(path.encode()).hexdigest()[:32])
        except BlockingIOError:
            raise CannotLaunch(
                f"another launch waits for {path} to appear: it could not be told whose it is"
            ) from None
        except OSError as error:
            raise CannotLaunch(f"cannot wait for {path} to appear: {error}") from error


def _locked(folder: str, name: str) -> int:
    """A descriptor that holds the lock. Raises BlockingIOError when somebody else has it, OSError when it cannot be."""
    if sys.platform == "win32":
        raise OSError("programs are not claimed on Windows yet")
    else:
        import fcntl

        os.makedirs(folder, exist_ok=True)
        lock = os.open(f"{folder}/{name}", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            raise
        return lock


def claimed_by(backend: Backend, ledger: list[dict[str, Any]]) -> list[Member]:
    """After a keeper's death: what it had claimed and what lives of that. For the same boot only."""
    told = [entry for entry in ledger if "claimed" in entry]
    return members_of(backend, [Member(Identity.of(one), one["name"], one["claimed"]) for one in told])


def members_of(backend: Backend, roots: list[Member]) -> list[Member]:
    found = []
    for root in roots:
        if backend.alive(root.identity):
            found += [root, *_below(backend, root)]
    return found


def _below(backend: Backend, root: Member) -> list[Member]:
    import psutil

    found = []
    with suppress(psutil.Error):
        for child in psutil.Process(root.identity.pid).children(recursive=True):
            if identity := backend.identity(child.pid):
                found.append(Member(identity, child.name(), root.launch))
    return found


def _resolved(path: str) -> str:
    if not os.path.isabs(path):
        raise CannotLaunch(f"cannot claim {path!r}: it must be the whole path of a program's file")
    return os.path.realpath(path)


def _pids_of(path: str) -> set[int]:
    """Living programs of this user that are exactly this file. On Linux 2 ms with 140 processes."""
    if os.path.isdir("/proc/self"):
        return {int(name) for name in os.listdir("/proc") if name.isdigit() and _is(f"/proc/{name}", path)}
    import psutil  # few runs claim

    me, wanted = psutil.Process().username(), os.path.normcase(path)
    found = set()
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if os.path.normcase(process.exe()) == wanted and process.username() == me:
                found.add(process.pid)
    return found


def _is(process: str, path: str) -> bool:
    try:
        return (
            os.readlink(f"{process}/exe") == path and os.stat(process).st_uid == os.stat("/proc/self").st_uid
        )
    except OSError:  # gone, the kernel's own, or another user's
        return False


def _is_of_another_run(pid: int) -> bool:
    """Below another keeper. Ours, and keepers that ours is itself below, are not another's."""
    import psutil

    with suppress(psutil.Error):
        us = psutil.Process()
        own = {us.pid, *(parent.pid for parent in us.parents())}
        above = [one for one in psutil.Process(pid).parents() if one.pid not in own]
        return any(is_mxx(one.name(), one.cmdline()) for one in above)
    return False


def _roots(pids: set[int]) -> set[int]:
    """Without those that another of them has started."""
    import psutil

    found = set()
    for pid in pids:
        with suppress(psutil.Error):
            if psutil.Process(pid).ppid() not in pids:
                found.add(pid)
    return found
