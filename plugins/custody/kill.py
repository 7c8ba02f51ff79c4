"""terminate: ask, wait the grace, freeze, kill, verify. One way for all platforms; it touches members only."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from plugins.custody.backends.base import Backend, Identity, Member

LOOK, LONGEST_LOOK = 0.05, 0.4
"""Seconds between the first two scans while programs are asked, and between later ones: newcomers are asked too."""
DEADLINE = 10.0
"""Seconds for killing, beyond the grace; what is alive then is told in the receipt."""


def _no() -> bool:
    return False


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
    proof: Callable[[], bool] = _no,
    own_stop: Callable[[], bool] = _no,
) -> Ending:
    """End every member. pause(seconds) must keep the keeper's pipes drained meanwhile.

    own_stop() begins the programs' own stop commands at its first call and is true while one of them works; they are
    part of the grace, and nobody is asked before they are done. proof() is True when the kernel itself says that
    nobody is left; then no look is needed.
    Takes nothing when there is nobody, up to `grace` seconds for those that listen, a little more for the deaf.
    """
    ending = Ending()
    if not proof():
        until = time.monotonic() + grace
        while own_stop() and time.monotonic() < until:
            pause(0.01)
        _ask(backend, members, ending, until, pause, proof)
        _kill(backend, members, ending, pause, proof)
    return ending


def _ask(
    backend: Backend,
    members: Callable[[], list[Member]],
    ending: Ending,
    until: float,
    pause: Callable[[float], None],
    proof: Callable[[], bool],
) -> None:
    look = LOOK
    while time.monotonic() < until and not proof() and (alive := members()):
        for member in alive:  # newcomers are asked too, each once
            if member.identity not in ending.asked and backend.ask(member.identity):
                ending.asked[member.identity] = member
        _until_gone(backend, alive, min(until, time.monotonic() + look), pause)
        look = min(look * 2, LONGEST_LOOK)


def _until_gone(backend: Backend, alive: list[Member], until: float, pause: Callable[[float], None]) -> None:
    while time.monotonic() < until and any(backend.alive(member.identity) for member in alive):
        pause(0.005)


def _kill(
    backend: Backend,
    members: Callable[[], list[Member]],
    ending: Ending,
    pause: Callable[[float], None],
    proof: Callable[[], bool],
) -> None:
    """Done only after two empty looks in a row: the first may have met a fork in mid-air."""
    until = time.monotonic() + DEADLINE
    empty = 0
    while empty < 2 and not proof():
        frozen = _freeze(backend, members)
        for member in frozen.values():
            if backend.kill(member.identity):
                ending.killed[member.identity] = member
        empty = 0 if frozen else empty + 1
        if time.monotonic() > until:
            ending.left = members()
            return
        pause(0.002 if frozen else 0.03)


def _freeze(backend: Backend, members: Callable[[], list[Member]]) -> dict[Identity, Member]:
    """Stop everyone until nobody new appears: a stopped process neither forks nor restarts its brother."""
    frozen: dict[Identity, Member] = {}
    for _ in range(50):
        new = [member for member in members() if member.identity not in frozen]
        if not new:
            break
        for member in new:
            backend.freeze(member.identity)
            frozen[member.identity] = member
    return frozen
