"""`[ld]`: an LDPlayer emulator, up before the app."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from plugins.base import Duration, Plugin
from plugins.context import RunContext
from plugins.exceptions import MxxError
from plugins.hooks import hook

if TYPE_CHECKING:
    from plugins.ldconsole import Emulator

LOOK = 1.0
"""Seconds between two looks while something is awaited; each costs a start of ldpx, a third of a second."""
WATCH = 5.0
"""Seconds between two looks while the run is held."""
PATIENCE = 30.0
"""Seconds without a whole answer after which ldpx counts as broken."""
QUIT_WITHIN = 20.0
"""Seconds that an emulator may take to close; below the 30 s that all clean-up has by default."""


class EmulatorTrouble(MxxError):
    """The emulator did not do what it was asked."""


class Ld(Plugin):
    """Start an LDPlayer emulator and wait until Android is up, before any app starts; close it at the end.

    ```toml
    [ld]
    index = 0
    pkg = "com.example.game"
    timeout = "3m"

    [os]
    cmd = ["echo", "the emulator is up"]
    ```

    index: which emulator, by its number; 0 is the first.
    name: which emulator, by its title; instead of index.
    pkg: the Android package to start once it is up.
    close: close it at the end; one that was running before the run is left alone.
    timeout: how long it may take to boot.
    when_quits: what to do when it quits by itself while the run is held: "fail", or "finish" the run.
    """

    name = "ld"

    def __init__(
        self,
        index: int | None = None,
        name: str | None = None,
        pkg: str | None = None,
        close: bool = True,
        timeout: Duration = 180.0,
        when_quits: Literal["fail", "finish"] = "fail",
    ) -> None:
        self.index, self.title, self.pkg, self.close = index, name, pkg, close
        self.timeout, self.when_quits = timeout, when_quits
        self._look_at, self._missed = 0.0, 0

    @classmethod
    def check(cls, options: dict[str, Any]) -> list[tuple[str, str, str]]:
        index, name, timeout = options.get("index"), options.get("name"), options.get("timeout")
        problems = []
        if (index is None) == (name is None):
            which = (
                "is missing: which emulator?" if index is None else "and name are both given: leave one out"
            )
            problems.append(("index", which, "index = 0"))
        if isinstance(index, int) and index < 0:
            problems.append(("index", "must be 0 or more", "index = 0"))
        problems += [
            (option, "is empty", example)
            for option, example in (("name", 'name = "LDPlayer-1"'), ("pkg", 'pkg = "com.example.game"'))
            if options.get(option) == ""
        ]
        if isinstance(timeout, int | float) and timeout <= 0:
            problems.append(("timeout", "must be above 0", 'timeout = "3m"'))
        return problems

    # ---- up

    @hook("action", priority=100)
    def launch(self, run: RunContext) -> None:
        from plugins import ldconsole

        if self._known(run).on:
            run.log.info("emulator %s is running already; it will not be closed", self._what)
        else:
            run.notes.keep(self._note, launched=True)  # first: a clean-up runner must know
            ldconsole.tell("launch", self._target)
        self._wait_until_booted(run)
        if self.pkg:
            ldconsole.tell("runapp", self._target, "--packagename", self.pkg)

    def _wait_until_booted(self, run: RunContext) -> None:
        began = run.elapsed
        if not self._wait(run, self.timeout, lambda emulator: emulator is not None and emulator.booted):
            raise EmulatorTrouble(f"emulator {self._what} has not booted within {self.timeout:.10g} s")
        run.log.info("emulator %s was up after %.0f s", self._what, run.elapsed - began)

    # ---- held

    @hook("on_true", priority=100)
    def still_needed(self, run: RunContext) -> bool:
        """It holds the run only as long as there is something to wait for; by itself, until it quits."""
        if not self._lives(run):
            if self.when_quits == "fail":
                raise EmulatorTrouble(f"emulator {self._what} quit while the run was held")
            run.log.info("emulator %s quit: the run is over", self._what)
            return False
        return self._held_by_others(run)

    def _held_by_others(self, run: RunContext) -> bool:
        from plugins.hooks import hooks_of

        others = [plugin for plugin in run.plugins.values() if not isinstance(plugin, Ld)]
        points = {found.point for plugin in others for found in hooks_of(type(plugin))}
        if points & {"on_true", "on_false"}:
            return True
        if any(launch.holds for launch in run.launches):
            return any(launch.holds and not launch.gone for launch in run.launches)
        return self.close and "action" not in points

    def _lives(self, run: RunContext) -> bool:
        """Two whole answers in a row must say that it is gone: one may be an emulator that restarts itself."""
        from plugins.ldconsole import listed_emulators

        if run.elapsed < self._look_at:
            return True
        emulators = listed_emulators()
        if emulators is not None:  # a lost answer is no news
            found = self._mine(emulators)
            self._missed = self._missed + 1 if found is None or not found.on else 0
        self._look_at = run.elapsed + (LOOK if self._missed else WATCH)
        return self._missed < 2

    # ---- down

    @hook("post_action", priority=-100)
    def quit(self, run: RunContext) -> None:
        """After the others' clean-up, which may still need it."""
        from plugins import ldconsole

        if not self.close or run.notes.find(self._note) is None:
            return
        ldconsole.tell("quit", self._target)
        if not self._wait(run, QUIT_WITHIN, lambda emulator: emulator is None or not emulator.on):
            raise EmulatorTrouble(
                f"emulator {self._what} was told to quit and is still running after {QUIT_WITHIN:g} s"
            )
        run.log.info("emulator %s is closed", self._what)

    # ---- looking

    @property
    def _what(self) -> str:
        return repr(self.title) if self.title is not None else str(self.index)

    @property
    def _note(self) -> str:
        return f"ld-{self.index}" if self.title is None else f"ld-{self.title.encode().hex()[:100]}"

    @property
    def _target(self) -> list[str]:
        return ["--name", self.title] if self.title is not None else ["--index", str(self.index)]

    def _known(self, run: RunContext) -> Emulator:
        """Raises EmulatorTrouble for one that does not exist: ldpx would say nothing."""
        emulators = self._answer(run)
        found = self._mine(emulators)
        if found is None:
            there = ", ".join(map(str, emulators))
            raise EmulatorTrouble(f"there is no LDPlayer emulator {self._what}: there are {there}")
        return found

    def _emulator(self, run: RunContext) -> Emulator | None:
        return self._mine(self._answer(run))

    def _mine(self, emulators: list[Emulator]) -> Emulator | None:
        return next((one for one in emulators if self.title == one.name or self.index == one.index), None)

    def _wait(self, run: RunContext, seconds: float, done: Callable[[Emulator | None], bool]) -> bool:
        until = run.elapsed + seconds
        while not done(self._emulator(run)):
            if run.elapsed >= until:
                return False
            run.sleep(min(LOOK, max(until - run.elapsed, 0.0)))
        return True

    def _answer(self, run: RunContext) -> list[Emulator]:
        """The next whole answer of list2: a lost one is no news. Raises EmulatorTrouble when none comes."""
        from plugins.ldconsole import listed_emulators

        until = run.elapsed + PATIENCE
        while (emulators := listed_emulators()) is None:
            if run.elapsed >= until:
                raise EmulatorTrouble(f"`ldpx console list2` gave no whole answer for {PATIENCE:g} s")
            run.sleep(LOOK)
        return emulators
