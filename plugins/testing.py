"""Try a plugin without a machine: the real lifecycle, a clock that jumps, programs that only pretend.

def test_the_bot_is_started_and_held() -> None:
    played = rehearse(Bot(path="/opt/bot"), Lifetime(60), programs={"bot": Pretend(lasts=3600)})
    assert played.status == "succeeded"
    assert played.launches[0].argv == ["/opt/bot"]
    assert played.seconds == 60
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import inf, nextafter
from pathlib import PurePath
from typing import Any

from plugins.context import Launch, LaunchRequest, RunContext
from plugins.exceptions import CannotLaunch
from plugins.guard import Guard
from plugins.lifecycle import Key, Lifecycle, Outcome
from plugins.rules import name_of


@dataclass(frozen=True)
class Pretend:
    """How a program behaves. lasts: seconds of its main process; tree: of its last child, at least as long;
    missing: it cannot be started."""

    lasts: float = 0.0
    code: int = 0
    tree: float = 0.0
    missing: bool = False


@dataclass(frozen=True)
class Stop:
    """Somebody stops the run `at` so many seconds."""

    at: float
    status: str = "cancelled"


@dataclass
class FakeHost:
    """A Host whose clock only moves when somebody waits."""

    guard: Guard
    programs: Mapping[str, Pretend]
    stop: Stop | None = None
    clock: float = 0.0
    stopping: str = ""
    launches: list[Launch] = field(default_factory=list)
    reports: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    _ends: list[tuple[float, Launch, str, Any]] = field(default_factory=list)

    def launch(self, request: LaunchRequest, holds: bool = False) -> Launch:
        name = PurePath(request.argv[0]).name
        pretend = self.programs.get(name, Pretend())
        if pretend.missing:
            raise CannotLaunch(f"cannot start {name}: not found")
        number = len(self.launches) + 1
        launch = Launch(number, request.argv, request.label or name, pid=1000 + number)
        self.launches.append(launch)
        self._ends += [
            (self.clock + pretend.lasts, launch, "exit_code", pretend.code),
            (self.clock + max(pretend.lasts, pretend.tree), launch, "gone", True),
        ]
        return launch

    def wait(self, seconds: float) -> None:
        until = self.clock + max(seconds, 0.0)
        if seconds > 0:
            until = max(until, nextafter(self.clock, inf))  # as every clock, it moves
        moments = [at for at, *_ in self._ends] + ([self.stop.at] if self.stop else [])
        self.clock = max(self.clock, min([until, *moments]))
        self._pass()

    def report(self, kind: str, **facts: Any) -> None:
        self.reports.append((kind, facts))

    def now(self) -> float:
        return self.clock

    def _pass(self) -> None:
        """What is due by now happens."""
        due = [end for end in self._ends if end[0] <= self.clock]
        self._ends = [end for end in self._ends if end[0] > self.clock]
        for _, launch, what, value in due:
            setattr(launch, what, value)
        if self.stop and self.stop.at <= self.clock:
            self.stopping, self.stop = self.stop.status, None
            self.guard.interrupt()


@dataclass(frozen=True)
class Rehearsal:
    """How the run went. seconds: on the fake clock."""

    run: RunContext
    host: FakeHost
    outcome: Outcome

    @property
    def status(self) -> str:
        return self.host.stopping if self.outcome.status == "interrupted" else self.outcome.status

    @property
    def reason(self) -> str:
        return self.outcome.reason

    @property
    def seconds(self) -> float:
        return self.host.clock

    @property
    def launches(self) -> list[Launch]:
        """Every program in order of its start, those of a restart too."""
        return self.host.launches

    @property
    def hooks(self) -> list[str]:
        """What ran: "action of os", in order; a hold hook each time it was asked."""
        return [
            f"{facts['point']} of {facts['plugin']}" for kind, facts in self.host.reports if kind == "begin"
        ]

    @property
    def log(self) -> list[str]:
        return [facts["text"] for kind, facts in self.host.reports if kind == "log"]


def rehearse(
    *plugins: Any,
    programs: Mapping[str, Pretend] | None = None,
    stop: Stop | None = None,
    timeout: float | None = None,
    done: Iterable[Key] | None = None,
    **context: Any,
) -> Rehearsal:
    """Take plugin instances through a whole run; the first of a kind is called by its name, the second `os#2`.

    programs: by file name; those that are not named end at once with code 0. context: `params`, `vars`, `job`.
    done: rehearse a clean-up after the runner's death, without these post_actions.
    """
    if timeout is not None and (stop is None or timeout < stop.at):
        stop = Stop(timeout, "timed_out")
    guard = Guard()
    host = FakeHost(guard, programs or {}, stop)
    given = {"id": 1, "job": "rehearsal", **context}
    run = RunContext(host=host, plugins=_named(plugins), timeout=timeout, **given)
    lifecycle = Lifecycle(run, guard)
    outcome = lifecycle.take() if done is None else lifecycle.clean_up(list(done))
    return Rehearsal(run, host, outcome)


def _named(plugins: Iterable[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for plugin in plugins:
        name = name_of(type(plugin))
        count = 1 + sum(known.split("#")[0] == name for known in found)
        found[name if count == 1 else f"{name}#{count}"] = plugin
    return found
