"""terminate: ask, wait the grace, freeze, kill, verify. One way for all platforms; it touches members only."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from plugins.custody.backends.base import Backend, Identity, Member

LOOK, LONGEST_LOOK = 0.05, 0.4
"""Seconds between the first two scans while programs are asked, and between later ones: newcomers are asked too."""
UNTOUCHABLE_LOOK = 0.25
"""Seconds between two tries to kill those that another user owns by now."""
DEADLINE = 10.0
"""Seconds for killing, beyond the grace; what is alive then is told in the receipt."""


@dataclass
class Ending:
    """What became of the run's processes."""

    asked: dict[Identity, Member] = field(default_factory=dict)
    killed: dict[Identity, Member] = field(default_factory=dict)
    left: list[Member] = field(default_factory=list)


def terminate(
    backend: Backend,
    members: Callable[[], list[Member]],
    *,
    grace: float,
    pause: Callable[[float], None],
    proof: Callable[[], bool] = lambda: False,
    kill_all: Callable[[], object] = lambda: None,
    now: Callable[[], float] = time.monotonic,
) -> Ending:
    """End every member. pause(seconds) must keep the keeper's pipes drained meanwhile.

    proof() is True when the kernel itself says that nobody is left; then no look is needed. kill_all() kills at
    one blow where the platform can, beside killing each.
    Takes nothing when there is nobody, up to `grace` seconds for those that listen, a little more for the deaf.
    """
    if proof():
        return Ending()
    work = _Termination(backend, members, pause, proof, kill_all, now)
    work.ask(now() + grace)
    work.kill(DEADLINE)
    return work.ending


@dataclass
class _Termination:
    backend: Backend
    members: Callable[[], list[Member]]
    pause: Callable[[float], None]
    proof: Callable[[], bool]
    kill_all: Callable[[], object]
    now: Callable[[], float]
    ending: Ending = field(default_factory=Ending)

    def ask(self, until: float) -> None:
        asked, look = self.ending.asked, LOOK
        while self.now() < until and not self.proof() and (alive := self.members()):
            for member in alive:  # newcomers are asked too, each once
                if member.identity not in asked and self.backend.ask(member.identity):
                    asked[member.identity] = member
            self._until_gone(alive, min(until, self.now() + look))
            look = min(look * 2, LONGEST_LOOK)

    def _until_gone(self, alive: list[Member], until: float) -> None:
        while self.now() < until and any(self.backend.alive(member.identity) for member in alive):
            self.pause(0.005)

    def kill(self, seconds: float) -> None:
        """Done only after two empty looks in a row: the first may have met a fork in mid-air."""
        until = self.now() + seconds
        empty = 0
        while empty < 2 and not self.proof():
            frozen = self._freeze()
            killed = {one: member for one, member in frozen.items() if self.backend.kill(one)}
            self.ending.killed |= killed
            self.kill_all()
            empty = 0 if frozen else empty + 1
            if self.now() > until:
                self.ending.left = self.members()
                return
            self.pause(0.002 if killed else UNTOUCHABLE_LOOK if frozen else 0.03)

    def _freeze(self) -> dict[Identity, Member]:
        """Stop everyone until nobody new appears: a stopped process neither forks nor restarts its brother."""
        frozen: dict[Identity, Member] = {}
        for _ in range(50):
            new = [member for member in self.members() if member.identity not in frozen]
            if not new:
                break
            for member in new:
                self.backend.freeze(member.identity)
                frozen[member.identity] = member
        return frozen
