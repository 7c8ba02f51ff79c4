"""Finds plugin classes and refuses wrong ones in a full sentence.

Built-in plugins only, so far: MXX_HOME/plugins and entry points will join in `modules()`. The runner calls `load()`, which
imports one module and no pydantic; `catalog()` is for whoever shows or checks jobs.
"""

from __future__ import annotations

import importlib
import inspect
import re
import traceback
from dataclasses import dataclass, field
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Any

from plugins.base import Plugin
from plugins.builtin import BUILTIN_MODULES
from plugins.exceptions import MxxError, UnknownPlugin
from plugins.hooks import ARGUMENTS, DEFAULT_ARGUMENTS, POINTS, Hook, hooks_of
from plugins.words import RESERVED, listed, near

if TYPE_CHECKING:
    from plugins.options import Option

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,49}")


class WrongPlugin(MxxError):
    """A plugin class cannot be used as it is written."""


@dataclass(frozen=True)
class Description:
    """What one plugin is, as plain data. error: None, or {file, line, message} of a plugin that cannot be loaded."""

    name: str
    cls: str = ""
    module: str = ""
    version: str = ""
    builtin: bool = True
    doc: str = ""
    hooks: list[dict[str, Any]] = field(default_factory=list)
    options: list[Option] = field(default_factory=list)
    requires: list[str] = field(default_factory=list)
    error: dict[str, Any] | None = None


def modules() -> dict[str, str]:
    """Module of each plugin by name."""
    return {name: f"plugins.builtin.{module}" for name, module in BUILTIN_MODULES.items()}


def name_of(cls: type[Plugin]) -> str:
    """The section that the plugin answers to; the prototype called it `__cmdname__`."""
    return cls.name or getattr(cls, "__cmdname__", "")


@cache
def load(name: str) -> type[Plugin]:
    """The class of one plugin; imports its module and no other. Raises UnknownPlugin or WrongPlugin."""
    known = modules()
    if name not in known:
        meant = near(name, known)
        raise UnknownPlugin(f"no plugin is called {name!r}" + (f": did you mean {meant!r}?" if meant else ""))
    cls = plugin_in(importlib.import_module(known[name]))
    if name_of(cls) != name:
        raise WrongPlugin(
            f"{_place(cls)} is called {name_of(cls)!r}, but its file stands for {name!r}: rename one of them."
        )
    return cls


def plugin_in(module: ModuleType) -> type[Plugin]:
    """The one plugin class that a module defines. Raises WrongPlugin for none, several or a wrong one."""
    found = [
        value
        for value in vars(module).values()
        if inspect.isclass(value) and issubclass(value, Plugin) and value.__module__ == module.__name__
    ]
    if len(found) != 1:
        names = listed((cls.__name__ for cls in found), "and") if found else "none"
        raise WrongPlugin(f"{module.__name__} must define exactly one plugin class, it defines {names}.")
    refuse_wrong(found[0])
    return found[0]


def refuse_wrong(cls: type[Plugin]) -> None:
    """Raise WrongPlugin with a full sentence unless the class can serve as a plugin."""
    name = name_of(cls)
    if not isinstance(name, str) or not NAME.fullmatch(name):
        rule = 'a name is letters, digits, "-" and "_", for example name = "backup"'
        raise WrongPlugin(f"{_place(cls)} cannot be called {name!r}: {rule}.")
    if name in RESERVED:
        raise WrongPlugin(f"{_place(cls)} cannot be called {name!r}: that table of a job file is MXX's own.")
    hooks = hooks_of(cls)
    if not hooks:
        raise WrongPlugin(f'{_place(cls)} has no hook: mark a method with @hook("action").')
    for hook in hooks:
        _refuse_wrong_hook(cls, hook)


def _refuse_wrong_hook(cls: type[Plugin], hook: Hook) -> None:
    definition = f"{_place(cls)}: {hook.method}({', '.join(hook.arguments)})"
    if hook.point not in POINTS:
        meant = near(hook.point, POINTS)
        hint = f"did you mean {meant!r}?" if meant else f"hook points are {listed(POINTS, 'and')}."
        raise WrongPlugin(
            f"{definition} is marked for the hook point {hook.point!r}, which does not exist: {hint}"
        )
    allowed = ARGUMENTS.get(hook.point, DEFAULT_ARGUMENTS)
    for argument in hook.arguments:
        if argument not in allowed:
            raise WrongPlugin(
                f"{definition} asks for {argument!r}, but {hook.point!r} offers {listed(allowed, 'and')} only."
            )
    if isinstance(hook.priority, bool) or not isinstance(hook.priority, int):
        raise WrongPlugin(f"{definition} has the priority {hook.priority!r}: a priority is a whole number.")


def _place(cls: type) -> str:
    return f"{cls.__module__}.{cls.__name__}"


@cache
def catalog() -> dict[str, Description]:
    """Every plugin by name, broken ones too (`error` says why). Computed once."""
    return {name: _described(name, module) for name, module in modules().items()}


def _described(name: str, module: str) -> Description:
    try:
        return describe(load(name))
    except Exception as error:  # a broken plugin must not take the others with it
        return Description(name, module=module, error=_error(error, module))


def describe(cls: type[Plugin], builtin: bool = True) -> Description:
    """The plain data of one plugin class. Raises WrongOption."""
    from plugins.options import signature_of  # pydantic: not in the runner

    return Description(
        name=name_of(cls),
        cls=cls.__name__,
        module=cls.__module__,
        version=cls.version,
        builtin=builtin,
        doc=inspect.cleandoc(cls.__doc__ or ""),
        hooks=[
            {"point": hook.point, "priority": hook.priority, "method": hook.method} for hook in hooks_of(cls)
        ],
        options=signature_of(cls),
        requires=list(cls.requires),
    )


def _error(error: Exception, module: str) -> dict[str, Any]:
    if isinstance(error, SyntaxError):
        return {"file": error.filename, "line": error.lineno, "message": f"SyntaxError: {error.msg}"}
    last = traceback.extract_tb(error.__traceback__)[-1]
    message = str(error) if isinstance(error, MxxError) else f"{type(error).__name__}: {error}"
    return {
        "file": module if isinstance(error, MxxError) else last.filename,
        "line": last.lineno,
        "message": message,
    }
