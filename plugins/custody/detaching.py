"""Programs that outlive their run on purpose: the run's side. Each gets a keeper of its own, outside the run."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from plugins.context import LaunchRequest
from plugins.custody.backends.base import Backend, Member, mark_variable
from plugins.custody.rundir import RunDir
from plugins.custody.spec import RunSpec
from plugins.custody.stations.base import Station

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
Answer = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class DetachedSpec:
    """What the keeper of one detached program must know. order: with its secrets; shown: without, to be told."""

    place: str
    mark: str
    number: int
    order: LaunchRequest
    shown: LaunchRequest
    env: dict[str, str] = field(repr=False)
    secrets: list[str] = field(repr=False)
    log_limit: int
    umask: int
    nice: int
    grace: float

    def line(self) -> bytes:
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def read(cls, line: bytes) -> DetachedSpec:
        told = json.loads(line)
        order, shown = LaunchRequest(**told.pop("order")), LaunchRequest(**told.pop("shown"))
        return cls(**told, order=order, shown=shown)

    @property
    def dir(self) -> RunDir:
        return RunDir(self.place)


Fork = Callable[[DetachedSpec, Backend], tuple[int, int]]
"""Makes the keeper; its pid, and a pipe with its answer."""


def place_of(run: RunDir, number: int) -> RunDir:
    """Where a detached program of a run lives on disk."""
    return RunDir(run.file(f"detached/{number}"))


class Detaching:
    """pids: the keepers that this process has made. They are below it as long as it lives, and yet not the run's."""

    def __init__(self, spec: RunSpec, backend: Backend, station: Station) -> None:
        self._spec, self._backend, self._station = spec, backend, station
        self.pids: set[int] = set()
        self.unanswered = 0
        """Keepers that have not said yet what became of their program."""

    def start(self, number: int, order: LaunchRequest, shown: LaunchRequest, answer: Answer) -> None:
        """answer(): {"pid", "start", "keeper"} once it runs, or {"refused": a sentence}."""
        if sys.platform == "win32":
            answer({"refused": f"cannot start {order.name}: detached programs are not kept on Windows yet"})
        else:
            from plugins.custody.stations import detach

            self._start(number, order, shown, answer, detach.fork_keeper)

    def _start(
        self, number: int, order: LaunchRequest, shown: LaunchRequest, answer: Answer, fork: Fork
    ) -> None:
        spec = DetachedSpec(
            place=str(place_of(self._spec.dir, number).place),
            mark=os.urandom(8).hex(),
            number=number,
            order=order,
            shown=shown,
            env=self._environment(order),
            secrets=list(self._spec.secrets.values()),
            log_limit=self._spec.log_limit,
            umask=self._spec.umask,
            nice=self._spec.nice,
            grace=self._spec.grace,
        )
        try:
            pid, told = fork(spec, self._backend)
        except OSError as error:  # no more processes or descriptors
            answer({"refused": f"cannot start {order.name}: no keeper for it: {error.strerror}"})
            return
        self.pids.add(pid)
        self.unanswered += 1
        heard: list[bytes] = []

        def take(chunk: bytes) -> None:
            if chunk:
                heard.append(chunk)
            else:
                self.unanswered -= 1
                answer(_read(b"".join(heard), order.name))

        self._station.drain(told, take)

    def _environment(self, order: LaunchRequest) -> dict[str, str]:
        """Without the run's mark, by which a sweep of the run would find it: a plugin may hand on its whole own."""
        whole = {**self._spec.environment(), **order.env}
        whole.pop(mark_variable(self._spec.mark), None)
        return whole

    def without_theirs(self, members: list[Member]) -> list[Member]:
        """Of what is below this process, that which is the run's."""
        if not self.pids:
            return members
        theirs = self.trees()
        return [member for member in members if member.identity.pid not in theirs]

    def trees(self) -> set[int]:
        """The detached keepers and everybody below them."""
        found = set(self.pids)
        for pid in self.pids:
            found |= {member.identity.pid for member in self._backend.members(self._spec.mark, keeper=pid)}
        return found


def _read(text: bytes, name: str) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads(text)
    except ValueError:
        return {"refused": f"cannot start {name}: its own keeper ended before it could"}
    return told
