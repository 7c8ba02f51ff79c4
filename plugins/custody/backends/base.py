"""What the keeper needs of a platform."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, Protocol

Strength = Literal["kernel", "strong", "best_effort"]


class Identity(NamedTuple):
    """Which process, never a bare pid: a pid is handed out again, its start tick is not."""

    pid: int
    start: int
    """Start time in the platform's own ticks since boot."""
    number: int = 0
    """What the kernel gives out once in a boot, where it gives such a thing; 0: not known, not checked."""

    @classmethod
    def of(cls, marker: Mapping[str, Any]) -> Identity:
        """As a start marker tells it. Raises KeyError when it tells of nobody."""
        return cls(marker["pid"], marker["start"], marker.get("number", 0))

    def told(self) -> dict[str, int]:
        """For a start marker."""
        return self._asdict()


class Member(NamedTuple):
    """A process of the run. launch: the number it was marked with, None when it has thrown every mark away."""

    identity: Identity
    name: str
    launch: int | None


NO_SESSIONS: Mapping[int, int] = MappingProxyType({})


class Backend(Protocol):
    strength: Strength
    """Shown to the user: never a silent downgrade. Of a keeper: known once it has entered."""
    weakness: str
    """Why the strength is not "kernel", in words."""
    polls: bool
    """members() finds whom it saw before: call it every half second, or they are lost."""

    def promise(self) -> tuple[Strength, str]:
        """What keepers of this machine will have: strength and weakness. For those who are none."""

    group: str
    """The kernel's group in which this keeper and all that it starts live; "" for none."""

    def prepare_groups(self) -> bool:
        """Once a zygote: remove what dead keepers left. True when its keepers can have groups."""

    def enter_group(self) -> None:
        """Once a keeper process, before its first run: be in a group of the kernel's, if one can be had."""

    def leave_group(self) -> None: ...

    def enter_keeper(self, mark: str) -> None:
        """Make this process the keeper of a run: orphans of its tree come to it, and what it starts bears the mark."""

    def enter_runner(self, keeper: int) -> None:
        """Make this child of the keeper its runner: it dies with it."""

    def bear(self, mark: str) -> None:
        """This runner has another run from now on."""

    def spawn(self, argv: list[str], cwd: str, env: Mapping[str, str], output: int, errors: int) -> int:
        """Start a program in a session of its own, its output into these two pipes; returns the pid. Raises OSError.

        Nothing else is inherited: no descriptor, no ignored or blocked signal.
        """

    def childless(self, spare: int = 0) -> bool:
        """Proof by the kernel that nothing below this process is alive, but for the runner `spare` that rests."""

    def members(
        self,
        mark: str,
        *,
        keeper: int | None,
        spare: Iterable[int] = (),
        sessions: Mapping[int, int] = NO_SESSIONS,
        group: str = "",
    ) -> list[Member]:
        """Living processes of the run, without this one and the spared ones.

        keeper: this process, to find what is below it; None after its death, to find what bears the mark or is in
        its group.
        sessions: session id -> launch number, to tell whose a process is that has emptied its environment.
        """

    def identity(self, pid: int) -> Identity | None: ...

    def myself(self) -> Identity:
        """This process."""

    def alive(self, identity: Identity) -> bool: ...

    def ask(self, identity: Identity) -> bool:
        """Ask the process to end. False: it is gone, or not ours to signal."""

    def freeze(self, identity: Identity) -> bool: ...

    def kill(self, identity: Identity) -> bool: ...

    def kill_group(self, group: str) -> bool:
        """Kill everybody in it at once. False: there is no such way here."""

    def disband(self, group: str) -> None:
        """Remove the group of a dead keeper, if it is empty."""

    def wake(self, identity: Identity) -> bool:
        """Tell a keeper to look at its folder at once."""

    def set_name(self, name: str) -> None:
        """How this process is called in lists of processes, where the platform lets it choose."""

    def boot(self) -> str:
        """Changes with every boot: identities of another boot are dead by definition."""


class Myself:
    """Of every backend: it asks once who this process is, for all the runs of a keeper."""

    _me: Identity | None = None

    def bear(self, mark: str) -> None:
        """Where a runner bears no mark itself."""

    def identity(self, pid: int) -> Identity | None:
        raise NotImplementedError

    def myself(self) -> Identity:
        if self._me is None or self._me.pid != os.getpid():
            self._me = self.identity(os.getpid())
        assert self._me is not None
        return self._me


class NoGroups(Myself):
    """Of a backend whose platform has no groups that outlive their keeper."""

    group = ""

    def prepare_groups(self) -> bool:
        return False

    def enter_group(self) -> None:
        return

    def leave_group(self) -> None:
        return

    def kill_group(self, group: str) -> bool:
        return False

    def disband(self, group: str) -> None:
        return


def mark_variable(mark: str) -> str:
    """Name of the environment variable that marks a run's programs; one a run, so that nested runs keep both."""
    return f"_MXX_MARK_{mark}"


def marked(environment: Mapping[str, str], mark: str, launch: int) -> dict[str, str]:
    return {**environment, mark_variable(mark): str(launch)}
