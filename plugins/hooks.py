"""The hook contract: the moments in the life of a run at which plugins act.

A plugin implements a point by decorating a method: `@hook("action", priority=100)`. Within a point, higher
priority goes first (default 0); ties go by position in the job, at `post_action` in reverse. A hook takes only
the arguments it names: `run`, `error` (only `on_error`), or the prototype's single `runner`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from plugins.context import RunContext

Method = TypeVar("Method", bound=Callable[..., Any])


def all_cond(run: RunContext) -> bool:
    """May the run begin? Every one must be true; a false one ends the run as `skipped`, before anything.

    `return No("the disk is full")` (plugins.answers) is false and says why.
    """
    raise NotImplementedError


def any_cond(run: RunContext) -> bool:
    """May the run begin? One of them must be true, if there are any."""
    raise NotImplementedError


def pre_action(run: RunContext) -> None:
    """Prepare. Once the first `pre_action` (or `action`) begins, every `post_action` will run."""
    raise NotImplementedError


def action(run: RunContext) -> None:
    """Do the work: usually `run.launch(...)`. A raise skips the remaining actions and the hold."""
    raise NotImplementedError


def on_true(run: RunContext) -> bool:
    """Hold the run while this stays true; asked every 0.5 s and whenever a program exits."""
    raise NotImplementedError


def on_false(run: RunContext) -> bool:
    """Hold the run while this stays false."""
    raise NotImplementedError


def post_action(run: RunContext) -> None:
    """Clean up. Always runs, every one of them, even if another raises. The programs are ended after the last."""
    raise NotImplementedError


def on_error(run: RunContext, error: BaseException) -> None:
    """Something raised: `error` says what. Not called for a cancel or a timeout."""
    raise NotImplementedError


CONTRACT = (all_cond, any_cond, pre_action, action, on_true, on_false, post_action, on_error)
POINTS = tuple(point.__name__ for point in CONTRACT)
ARGUMENTS = {"on_error": ("run", "error", "runner")}
DEFAULT_ARGUMENTS = ("run", "runner")


@dataclass(frozen=True)
class Hook:
    point: str
    priority: int
    method: str
    arguments: tuple[str, ...]


def hook(point: str, priority: int = 0) -> Callable[[Method], Method]:
    """Mark a method as the plugin's part in a hook point; one method may serve several."""
    if callable(point):
        raise TypeError('@hook needs the hook point: write @hook("action")')

    def mark(method: Method) -> Method:
        marks = [*getattr(method, "__mxx_hooks__", ()), (point, priority)]
        method.__mxx_hooks__ = marks  # type: ignore[attr-defined]
        return method

    return mark


def hooks_of(cls: type) -> tuple[Hook, ...]:
    """Every hook of a plugin class, inherited ones too, in order of definition. Looked up once a process."""
    return _hooks_of(cls)


@cache
def _hooks_of(cls: type) -> tuple[Hook, ...]:
    names: dict[str, None] = {}
    for base in reversed(cls.__mro__):
        names.update(dict.fromkeys(vars(base)))
    found = []
    for name in names:
        method = getattr(cls, name, None)
        for point, priority in getattr(method, "__mxx_hooks__", ()):
            arguments = tuple(inspect.signature(method).parameters)[1:]  # type: ignore[arg-type]
            found.append(Hook(point, priority, name, arguments))
    return tuple(found)
