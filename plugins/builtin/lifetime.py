"""`[lifetime]`: how long a run keeps what it launched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from plugins.base import Duration, Plugin
from plugins.context import Launch, RunContext
from plugins.exceptions import ProgramFailed
from plugins.exits import ended_how
from plugins.hooks import hook

LONGEST_PAUSE = 60.0
"""Seconds before a restart at most; and a program that lived this long begins anew with one second."""


@dataclass(frozen=True)
class Restart:
    """count: restarts since the program last lived long; due: when it is started again, on the run's clock."""

    count: int
    due: float


class Lifetime(Plugin):
    """Hold the run for a while; then everything it started is gone.

    ```toml
    [os]
    cmd = ["sleep", "3600"]
    wait = false

    [lifetime]
    lifetime = "1h"
    when_exits = "finish"
    ```

    lifetime: seconds or "90s", "5m", "2h", "1d"; a normal end, unlike `[job] timeout`.
    when_exits: what to do when all programs end early: keep holding, finish, fail, or restart them.
    """

    name = "lifetime"

    def __init__(
        self, lifetime: Duration, when_exits: Literal["keep", "finish", "fail", "restart"] = "keep"
    ) -> None:
        self.lifetime, self.when_exits = lifetime, when_exits
        self.killList: list[tuple[str, str]] = []
        """(kind, program name) pairs that prototype plugins append to."""
        self._begun: dict[int, tuple[int, float]] = {}
        """Of each launch that is a restart: the how manieth, and when."""
        self._waiting: dict[int, Restart] = {}

    @classmethod
    def check(cls, options: dict[str, Any]) -> list[tuple[str, str, str]]:
        if isinstance(length := options.get("lifetime"), int | float) and length <= 0:
            return [("lifetime", "must be above 0", 'lifetime = "1h"')]
        return []

    @hook("on_true")
    def still_young(self, run: RunContext) -> bool:
        self.hand_over_kill_list(run)
        if run.elapsed >= self.lifetime:
            return False
        programs = [launch for launch in run.launches if launch.holds]
        if self.when_exits == "keep" or not programs:
            return True
        if self.when_exits == "restart":
            self._restart(run, [launch for launch in programs if launch.gone])
            return True
        if not all(launch.gone for launch in programs):
            return True
        if self.when_exits == "fail":
            last = programs[-1]
            raise ProgramFailed(
                f"{last.name} {ended_how(last.exit_code or 0)} before its lifetime was over", last.exit_code
            )
        return False

    @hook("post_action", priority=-1000)
    def hand_over_kill_list(self, run: RunContext) -> None:
        """While it holds too: should the runner die in the hold, the keeper knows the names."""
        run.kill_names += [name for _, name in self.killList if name not in run.kill_names]

    def _restart(self, run: RunContext, gone: list[Launch]) -> None:
        """Start each ended program again, after a pause that doubles from 1 s up to a minute."""
        for launch in gone:
            wait = self._waiting.setdefault(launch.number, self._planned(launch, run.elapsed))
            if run.elapsed >= wait.due:
                launch.holds = False
                again = run.relaunch(launch)
                again.holds = True
                self._begun[again.number] = (wait.count, run.elapsed)
                run.log.info(
                    "%s had ended; started again as process %s, restart %d",
                    launch.name,
                    again.pid,
                    wait.count,
                )

    def _planned(self, launch: Launch, now: float) -> Restart:
        count, begun = self._begun.get(launch.number, (0, 0.0))
        if now - begun >= LONGEST_PAUSE:
            count = 0
        return Restart(count + 1, now + min(2.0**count, LONGEST_PAUSE))
