"""What makes a class unfit as a plugin: each rule is one full sentence that says how to mend it."""

from __future__ import annotations

import inspect
import os
import re
from collections.abc import Iterator
from typing import Any

from plugins import hooks, versions
from plugins.base import Plugin
from plugins.exceptions import MxxError
from plugins.words import RESERVED, listed, near

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,49}")
CUSTOM = "mxx_plugins."
"""Modules of plugin files are called so, with the file's stem behind it."""
ENTRY = "entry:"
"""A source that begins so is an entry point; any other is the path of a plugin file."""


class WrongPlugin(MxxError):
    """A plugin cannot be used as it is written.

    The message does not say where. code: which rule; file, line: where; example: what would be right.
    """

    def __init__(
        self,
        message: str = "",
        *,
        code: str = "wrong_plugin",
        file: str = "",
        line: int | None = None,
        example: str = "",
    ) -> None:
        super().__init__(message)
        self.code, self.file, self.line, self.example = code, file, line, example

    def placed(self) -> str:
        """`backup.py, line 5: ...`"""
        return placed(str(self), self.file, self.line)


def placed(message: str, file: str, line: int | None) -> str:
    """A message with its place in front, as far as it is known."""
    name = os.path.basename(file)
    where = f"{name}, line {line}" if name and line else name
    return f"{where}: {message}" if where else message


def name_of(cls: type) -> str:
    """The section that the plugin answers to; the prototype called it `__cmdname__`."""
    return getattr(cls, "__cmdname__", "") or getattr(cls, "name", "")


def facts_of(cls: type[Plugin]) -> type[Plugin]:
    """Where `version`, `requires`, `requires_mxx` and `check` are to be read: the prototype's classes have none."""
    return Plugin if getattr(cls, "__prototype__", False) else cls


def refuse_wrong(cls: type[Plugin]) -> None:
    """Raise WrongPlugin, the first of `wrongs`, unless the class can serve as a plugin."""
    for wrong in wrongs(cls):
        raise wrong


def wrongs(cls: type[Plugin]) -> Iterator[WrongPlugin]:
    """Everything that is wrong with a class, apart from its options."""
    yield from _wrong_name(cls)
    yield from _wrong_facts(cls)
    found = hooks.hooks_of(cls)
    if not found:
        message = f'{place(cls)} has no hook: mark a method with @hook("action").'
        yield WrongPlugin(message, code="no_hook", line=line_of(cls), example='@hook("action")')
    for hook in found:
        yield from _wrong_hook(cls, hook)


def _wrong_name(cls: type[Plugin]) -> Iterator[WrongPlugin]:
    name = name_of(cls)
    if not isinstance(name, str) or not NAME.fullmatch(name):
        rule = 'a name is letters, digits, "-" and "_", for example name = "backup"'
        message = f"{place(cls)} cannot be called {name!r}: {rule}."
        yield WrongPlugin(message, code="name", line=line_of(cls), example='name = "backup"')
    elif name in RESERVED:
        message = f"{place(cls)} cannot be called {name!r}: that table of a job file is MXX's own."
        yield WrongPlugin(message, code="reserved_name", line=line_of(cls), example=f'name = "my-{name}"')


def _wrong_facts(cls: type[Plugin]) -> Iterator[WrongPlugin]:
    facts = facts_of(cls)
    if not isinstance(facts.requires, tuple | list) or not all(
        isinstance(name, str) for name in facts.requires
    ):
        message = f"{place(cls)} requires {facts.requires!r}: that must be a tuple of plugin names."
        yield WrongPlugin(message, code="requires", line=line_of(cls), example='requires = ("lifetime",)')
    if refusal := versions.refusal(facts.requires_mxx):
        message = f"{place(cls)} {refusal}."
        yield WrongPlugin(message, code="requires_mxx", line=line_of(cls), example='requires_mxx = ">=0.1"')
    if not inspect.ismethod(facts.check):
        message = (
            f"{place(cls)}.check looks at the options before there is an instance: make it a @classmethod."
        )
        example = "@classmethod\ndef check(cls, options): ..."
        yield WrongPlugin(message, code="check", line=line_of(facts.check), example=example)


def _wrong_hook(cls: type[Plugin], hook: hooks.Hook) -> Iterator[WrongPlugin]:
    definition = f"{place(cls)}: {hook.method}({', '.join(hook.arguments)})"
    method = getattr(cls, hook.method)
    line = line_of(method)
    if hook.point not in hooks.POINTS:
        meant = near(str(hook.point), hooks.POINTS)
        hint = f"did you mean {meant!r}?" if meant else f"hook points are {listed(hooks.POINTS, 'and')}."
        message = f"{definition} is marked for the hook point {hook.point!r}, which does not exist: {hint}"
        yield WrongPlugin(message, code="hook_point", line=line, example=f'@hook("{meant or "action"}")')
        return
    if not inspect.signature(method).parameters:
        message = f"{definition} takes no argument: a hook is a method, its first argument is self."
        yield WrongPlugin(message, code="hook_self", line=line, example=f"def {hook.method}(self, run):")
    if inspect.iscoroutinefunction(method) or inspect.isgeneratorfunction(method):
        message = f"{definition} is async or yields, so its lines would never run: a hook is a plain method."
        yield WrongPlugin(message, code="hook_async", line=line, example=f"def {hook.method}(self, run):")
    yield from _wrong_arguments(definition, hook, line)
    if isinstance(hook.priority, bool) or not isinstance(hook.priority, int):
        message = f"{definition} has the priority {hook.priority!r}: a priority is a whole number."
        yield WrongPlugin(message, code="priority", line=line, example=f'@hook("{hook.point}", priority=100)')


def _wrong_arguments(definition: str, hook: hooks.Hook, line: int | None) -> Iterator[WrongPlugin]:
    allowed = hooks.ARGUMENTS.get(hook.point, hooks.DEFAULT_ARGUMENTS)
    for argument in hook.arguments:
        if argument not in allowed:
            message = f"{definition} asks for {argument!r}, but {hook.point!r} offers {listed(allowed, 'and')} only."
            example = f"def {hook.method}(self, {allowed[0]}):"
            yield WrongPlugin(message, code="hook_argument", line=line, example=example)


def place(cls: type) -> str:
    """How a sentence calls a class: a custom one by its name, since its file stands beside the sentence."""
    if cls.__module__.startswith(CUSTOM):
        return f"class {cls.__qualname__}"
    return f"{cls.__module__}.{cls.__name__}"


def line_of(thing: Any) -> int | None:
    """Where a class or function begins, 1-based; None when nobody knows."""
    thing = inspect.unwrap(thing)
    code = getattr(getattr(thing, "__func__", thing), "__code__", None)
    if code is not None:
        return int(code.co_firstlineno)
    try:
        return inspect.getsourcelines(thing)[1]
    except (OSError, TypeError):
        return None
