"""Takes one job through the hook points. Clean-up always runs.

Rules (DESIGN 5): a false condition ends the run as skipped, before any other hook. A raise before `pre_action` is
a failure without `post_action`. From the first `pre_action` on, every `post_action` runs. A cancel or timeout
interrupts the current hook and skips `on_error`. The first cause decides; a raising `post_action` turns success
into failure.
"""

from __future__ import annotations

import copy
import time
import traceback
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from plugins.context import TICK, RunContext
from plugins.exceptions import MxxError
from plugins.hooks import hooks_of


class Interrupted(BaseException):
    """The keeper asked the run to stop. Not an Exception, so that a plugin's `except Exception` lets it through."""


class Guard:
    """Lets an interruption through only while a hook that may be interrupted is running.

    The keeper's signal may come between any two bytecodes: outside a hook, and inside a message to the keeper
    (`shield`), it waits.
    """

    def __init__(self) -> None:
        self.open = False
        self.pending = False
        self.shield = Shield(self)

    def interrupt(self) -> None:
        """Called from the signal handler: raises here and now, or as soon as it may."""
        self.pending = True
        self.let_through()

    def let_through(self) -> None:
        if self.pending and self.open and not self.shield.depth:
            self.open = False
            raise Interrupted

    def __enter__(self) -> None:
        self.open = True
        self.let_through()

    def __exit__(self, *_: object) -> None:
        self.open = False


class Shield:
    """Within it nothing is interrupted: half a message would end the talk with the keeper."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self.depth = 0

    def __enter__(self) -> None:
        self.depth += 1

    def __exit__(self, kind: object, *_: object) -> None:
        self.depth -= 1
        if kind is None:
            self._guard.let_through()


@dataclass
class Outcome:
    """status: succeeded, failed, skipped or interrupted; exit_code: of the program that decided."""

    status: str = "succeeded"
    reason: str = ""
    exit_code: int | None = None
    error: str = ""


@dataclass(frozen=True)
class Call:
    """One hook of one plugin instance, bound and ready."""

    point: str
    instance: str
    priority: int
    position: int
    plugin: Any
    method: str
    arguments: tuple[str, ...]

    @property
    def key(self) -> tuple[str, str, str]:
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

    def __init__(self, run: RunContext, guard: Guard | None = None, runner: Any = None) -> None:
        self.run = run
        self.guard = guard or Guard()
        self.runner = runner if runner is not None else run
        self.outcome = Outcome()
        self._vars = copy.deepcopy(run.saved_vars())

    def take(self) -> Outcome:
        try:
            refusal = self._refusal()
        except Interrupted:
            self._fail(Outcome("interrupted"))
            return self.outcome
        except BaseException as error:
            self._failed(error)
            return self.outcome
        if refusal:
            self.outcome = Outcome("skipped", refusal)
            return self.outcome
        self._act()
        self.clean_up()
        return self.outcome

    def clean_up(self, done: Collection[tuple[str, str, str]] = ()) -> Outcome:
        """Every post_action that is not in `done`; one that raises does not cost another its own."""
        self.run.host.report("cleanup")
        for call in calls_of(self.run.plugins, "post_action"):
            if call.key in done:
                continue
            try:
                self._call(call)
            except BaseException as error:
                self._fail(_outcome_of(error, f"post_action of {call.instance} raised"))
        return self.outcome

    # ---- the parts

    def _refusal(self) -> str:
        """Why a condition keeps the run from starting; "" when none does."""
        for call in calls_of(self.run.plugins, "all_cond"):
            with self.guard:
                if not self._call(call):
                    return f"{call.instance}: {call.method} was false"
        any_of = calls_of(self.run.plugins, "any_cond")
        for call in any_of:
            with self.guard:
                if self._call(call):
                    return ""
        return "none of these was true: " + ", ".join(call.instance for call in any_of) if any_of else ""

    def _act(self) -> None:
        try:
            self.run.host.report("acting")
            for point in ("pre_action", "action"):
                for call in calls_of(self.run.plugins, point):
                    with self.guard:
                        self._call(call)
            with self.guard:
                self._hold()
        except Interrupted:
            self._fail(Outcome("interrupted"))
        except BaseException as error:
            self._failed(error)

    def _hold(self) -> None:
        holders = [*calls_of(self.run.plugins, "on_true"), *calls_of(self.run.plugins, "on_false")]
        if holders:
            self._hold_by_hooks(holders)
        else:
            self._hold_by_programs()

    def _hold_by_hooks(self, holders: Iterable[Call]) -> None:
        began = time.time()
        while all(bool(self._invoke(call)) == (call.point == "on_true") for call in holders):
            self.run.host.wait(TICK)
        self.run.host.report("hook", point="hold", plugin="", at=began, seconds=time.time() - began)

    def _hold_by_programs(self) -> None:
        """Without hold hooks a started program holds the run until its tree is empty."""
        while any(launch.holds and not launch.gone for launch in self.run.launches):
            self.run.host.wait(TICK)

    def _failed(self, error: BaseException) -> None:
        self._fail(_outcome_of(error, "a hook raised"))
        for call in calls_of(self.run.plugins, "on_error"):
            try:
                with self.guard:
                    self._call(call, error)
            except Interrupted:
                return
            except BaseException as second:
                self.run.log.error("on_error of %s raised %s", call.instance, _words(second))

    def _fail(self, outcome: Outcome) -> None:
        """The first cause decides."""
        if self.outcome.status == "succeeded":
            self.outcome = outcome

    # ---- one call

    def _call(self, call: Call, error: BaseException | None = None) -> Any:
        """Run one hook; the keeper hears of its begin (in case it kills us) and of its end."""
        report = self.run.host.report
        report("begin", point=call.point, plugin=call.instance, method=call.method)
        began, clock = time.time(), time.perf_counter()
        failure = ""
        try:
            return self._invoke(call, error)
        except BaseException as raised:
            failure = "interrupted" if isinstance(raised, Interrupted) else _words(raised)
            if not isinstance(raised, Interrupted):
                raised.__mxx_hook__ = f"{call.point} of {call.instance}"  # type: ignore[attr-defined]
            raise
        finally:
            seconds = time.perf_counter() - clock
            report("hook", point=call.point, plugin=call.instance, at=began, seconds=seconds, error=failure)
            self._save_vars()

    def _invoke(self, call: Call, error: BaseException | None = None) -> Any:
        offered = {"run": self.run, "runner": self.runner, "error": error}
        return getattr(call.plugin, call.method)(**{name: offered[name] for name in call.arguments})

    def _save_vars(self) -> None:
        now = self.run.saved_vars()
        if now != self._vars:
            self._vars = copy.deepcopy(now)  # deep, so that a later change in place is seen as one
            self.run.host.report("vars", vars=now)


def _outcome_of(error: BaseException, where: str) -> Outcome:
    """Our own errors are sentences already; of a plugin's error the hook, the kind and the traceback are told."""
    if isinstance(error, MxxError | TimeoutError):
        return Outcome("failed", str(error), getattr(error, "exit_code", None))
    where = getattr(error, "__mxx_hook__", where)
    return Outcome("failed", f"{where}: {_words(error)}", None, "".join(traceback.format_exception(error)))


def _words(error: BaseException) -> str:
    text = str(error).strip()
    if isinstance(error, MxxError | TimeoutError):
        return text
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
