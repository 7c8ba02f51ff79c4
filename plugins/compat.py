"""Answers the prototype's imports, so that plugin files written for it run as they are.

Only runner and inspector call `install()`: in no other process is there a module `mxx`.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from functools import wraps
from types import ModuleType
from typing import Any

from plugins import hooks
from plugins.base import Plugin
from plugins.context import RunContext

KNOWN_NAMES = ("run", "runner", "error")


class MxxPlugin(Plugin):
    """The prototype's base class: `__cmdname__`, hooks that take nothing or the runner, options as they come."""

    __cmdname__ = ""
    __prototype__ = True
    """It knows nothing of `version`, `requires` and `check`: a subclass that has them means something of its own."""

    def __init__(self, **options: Any) -> None:
        """Takes whatever a subclass passes up."""


def hook(point: str, priority: int = 0) -> Callable[[Any], Any]:
    """The prototype's decorator: one argument of any name gets the runner."""
    mark = hooks.hook(point, priority)

    def marked(method: Any) -> Any:
        return mark(_by_name(method))

    return marked


def _by_name(method: Any) -> Any:
    arguments = list(inspect.signature(method).parameters)[1:]
    if len(arguments) != 1 or arguments[0] in KNOWN_NAMES:
        return method

    @wraps(method)
    def with_runner(self: Any, runner: RunContext) -> Any:
        return method(self, runner)

    with_runner.__signature__ = inspect.signature(lambda self, runner: None)  # type: ignore[attr-defined]
    return with_runner


def install() -> None:
    """Put the prototype's modules where `import` finds them."""
    offered: dict[str, Any] = {"MxxPlugin": MxxPlugin, "hook": hook}
    modules: dict[str, dict[str, Any]] = {
        "mxx": {},
        "mxx.runner": {},
        "mxx.runner.core": offered,
        "mxx.runner.core.plugin": offered,
        "mxx.runner.core.runner": {"MxxRunner": RunContext},
    }
    for name, names in modules.items():
        module = ModuleType(name)
        module.__path__ = []
        vars(module).update(names)
        sys.modules[name] = module
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(sys.modules[parent], child, module)
