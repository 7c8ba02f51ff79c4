"""Takes one job through the hook points. Clean-up always runs.

Rules (DESIGN 5): a false condition ends the run as skipped, before any other hook. A raise before `pre_action` is
a failure without `post_action`. From the first `pre_action` on, every `post_action` runs. A cancel or timeout
interrupts the current hook and skips `on_error`. The first cause decides; a raising `post_action` turns success
into failure.
"""

from __future__ import annotations

import json
import time
import traceback
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, NamedTuple

from plugins.answers import because
from plugins.context import TICK, RunContext
from plugins.exceptions import MxxError
from plugins.guard import Guard, Interrupted
from plugins.hooks import hooks_of
from plugins.state import CannotKeep, as_text

__all__ = ["Call", "Guard", "Interrupted", "Lifecycle", "Outcome", "calls_of"]

LONGEST_REASON, LONGEST_TRACEBACK = 2_000, 50_000
"""Characters that are kept of what a plugin's error says."""

Key = tuple[str, str, str]
"""Point, instance and method: which hook of a job."""


@dataclass
class Outcome:
    """status: succeeded, failed, skipped or interrupted; exit_code: of the program that decided."""

    status: str = "succeeded"
    reason: str = ""
    exit_code: int | None = None
    error: str = ""
    """The traceback, when a plugin's own code raised."""


class Call(NamedTuple):
    """One hook of one plugin instance, bound and ready."""

    point: str
    instance: str
    priority: int
    position: int
    plugin: Any
    method: str
    arguments: tuple[str, ...]

    @property
    def key(self) -> Key:
        return (self.point, self.instance, self.method)


def calls_of(plugins: dict[str, Any], point: str) -> list[Call]:
    """The hooks of one point in the order in which they run."""
    found = [
        Call(point, instance, hook.priority, position, plugin, hook.method, hook.arguments)
        for position, (instance, plugin) in enumerate(plugins.items())
        for hook in hooks_of(type(plugin))
        if hook.point == point
    ]
    backwards = -1 if point == "post_action" else 1
    return sorted(found, key=lambda call: (-call.priority, backwards * call.position))


class Lifecycle:
    """One job's way through the hooks. `take()` is the whole of it; `clean_up()` only its end."""

    def __init__(self, run: RunContext, guard: Guard | None = None) -> None:
        self.run = run
        self.guard = guard or Guard()
        self.outcome = Outcome()
        self._told = self._changeable()
        self._kept = as_text(run.state)
        self._raised_in = ""

    def take(self) -> Outcome:
        if self._may_begin():
            self._act()
            self.clean_up()
        return self.outcome

    def clean_up(self, done: Collection[Key] = ()) -> Outcome:
        """Every post_action that is not in `done`; one that raises does not cost another its own."""
        self._report("cleanup")
        for call in self._calls("post_action"):
            if call.key in done:
                continue
            try:
                self._call(call)
            except BaseException as error:
                self._settle(self._failure(error))
        if problem := self._keep_state():
            self._settle(Outcome("failed", problem))
        return self.outcome

    # ---- the parts

    def _may_begin(self) -> bool:
        try:
            if refusal := self._refusal():
                self._settle(Outcome("skipped", refusal))
                return False
            with (
                self.guard
            ):  # a stop that a condition swallowed comes through here, before anything is prepared
                self._report("acting")
        except BaseException as error:
            self._raised(error)
            return False
        return True

    def _refusal(self) -> str:
        """Why a condition keeps the run from starting; "" when none does."""
        for call in self._calls("all_cond"):
            with self.guard:
                if not (answer := self._call(call)):
                    return f"{call.instance}: {because(answer, f'{call.method} was false')}"
        any_of = self._calls("any_cond")
        for call in any_of:
            with self.guard:
                if self._call(call):
                    return ""
        return "none of these was true: " + ", ".join(call.instance for call in any_of) if any_of else ""

    def _act(self) -> None:
        try:
            for point in ("pre_action", "action"):
                for call in self._calls(point):
                    with self.guard:
                        self._call(call)
            with self.guard:
                self._hold()
        except BaseException as error:
            self._raised(error)

    def _hold(self) -> None:
        holders = [*self._calls("on_true"), *self._calls("on_false")]
        began, clock = time.time(), self.run.host.now()
        try:
            while self._held(holders):
                self._tell_changes()
                self.run.host.wait(TICK)
        finally:
            if holders:
                seconds = self.run.host.now() - clock
                self._report("hook", point="hold", plugin="", at=began, seconds=seconds)
            self._tell_changes()

    def _held(self, holders: list[Call]) -> bool:
        """By the hold hooks; without any, by the started programs, until their trees are empty."""
        for call in holders:
            self._report("begin", point=call.point, plugin=call.instance, method=call.method)
            if bool(self._invoke(call)) != (call.point == "on_true"):
                return False
        return bool(holders) or any(launch.holds and not launch.gone for launch in self.run.launches)

    # ---- what ends a run

    def _raised(self, error: BaseException) -> None:
        """The first raise of the run, or its interruption; only a raise is told to the on_error hooks."""
        if isinstance(error, Interrupted):
            self.run.host.wait(0)  # why stands in the line
            self._settle(Outcome("interrupted"))
            return
        self._settle(self._failure(error))
        self.run.currentError = error
        for call in self._calls("on_error"):
            try:
                with self.guard:
                    self._call(call, error)
            except Interrupted:
                return
            except BaseException as second:
                self._settle(self._failure(second))

    def _settle(self, outcome: Outcome) -> None:
        """The first cause decides; a later one is only told in the log."""
        if self.outcome.status != "succeeded":
            if text := outcome.error or outcome.reason:
                self._report("log", text=text)
            return
        self.outcome = outcome
        if outcome.status != "interrupted":  # the keeper interrupted us: it knows
            self._report("outcome", **vars(outcome))

    def _failure(self, error: BaseException) -> Outcome:
        """Our own errors are sentences already; of a plugin's error the hook, the kind and the traceback are told."""
        if isinstance(error, MxxError):
            return Outcome("failed", words_of(error), getattr(error, "exit_code", None))
        where = f"{self._raised_in}: " if self._raised_in else ""
        return Outcome("failed", where + words_of(error), None, traceback_of(error))

    # ---- one call

    def _calls(self, point: str) -> list[Call]:
        return calls_of(self.run.plugins, point)

    def _call(self, call: Call, error: BaseException | None = None) -> Any:
        """Run one hook; the keeper hears of its begin (in case it kills us) and of its end."""
        self._report("begin", point=call.point, plugin=call.instance, method=call.method)
        began, clock = time.time(), self.run.host.now()
        failure = ""
        try:
            return self._invoke(call, error)
        except BaseException as raised:
            failure = words_of(raised)
            raise
        finally:
            seconds = self.run.host.now() - clock
            self._report(
                "hook", point=call.point, plugin=call.instance, at=began, seconds=seconds, error=failure
            )
            self._tell_changes()

    def _invoke(self, call: Call, error: BaseException | None = None) -> Any:
        offered = {"run": self.run, "runner": self.run, "error": error}
        try:
            return getattr(call.plugin, call.method)(**{name: offered[name] for name in call.arguments})
        except BaseException:
            self._raised_in = f"{call.point} of {call.instance}"
            raise

    def _report(self, kind: str, **facts: Any) -> None:
        self.run.host.report(kind, **facts)

    def _tell_changes(self) -> None:
        """What a clean-up runner must know, should this process die."""
        now = self._changeable()
        if now != self._told:
            self._told = now
            saved, names = json.loads(now)
            self._report("state", vars=saved, kill_names=names)
        self._keep_state()

    def _keep_state(self) -> str:
        """Tell the keeper what the next run shall find. What cannot be kept is told by what is returned."""
        try:
            text = as_text(self.run.state)
        except CannotKeep as error:
            return str(error)
        if text != self._kept:
            self._kept = text
            self._report("keep", text=text)
        return ""

    def _changeable(self) -> str:
        if not (
            self.run.vars or self.run.kill_names
        ):  # most runs have neither, and are asked after each hook
            return "[{}, []]"
        return json.dumps([self.run.saved_vars(), [str(name) for name in self.run.kill_names]])


def words_of(error: BaseException) -> str:
    """What an error says, in one breath; its kind in front unless it is one of our own sentences."""
    if isinstance(error, Interrupted):
        return "interrupted"
    try:
        text = str(error).strip()[:LONGEST_REASON]
    except Exception:  # a plugin's own class may be broken
        text = "(it cannot say what)"
    if isinstance(error, MxxError):
        return text
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def traceback_of(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))[-LONGEST_TRACEBACK:]
