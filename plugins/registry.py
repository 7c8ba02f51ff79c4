"""Which plugins there are: built in, in MXX_HOME/plugins, and from installed packages.

The runner calls `load()`, which imports what the job names and no pydantic; `catalog()` is for whoever shows or checks jobs.
"""

from __future__ import annotations

import importlib
import inspect
import traceback
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from plugins.base import Plugin
from plugins.builtin import BUILTIN_MODULES
from plugins.exceptions import BadInput, MxxError, UnknownPlugin
from plugins.hooks import hooks_of
from plugins.rules import WrongPlugin, facts_of, line_of, name_of, place, placed, refuse_wrong, wrongs
from plugins.words import listed, near

if TYPE_CHECKING:
    from plugins.options import Option


@dataclass(frozen=True)
class Description:
    """What one plugin is, as plain data.

    source: "" for built-ins, else the path of its file or "entry:NAME". path: its file, "" for built-ins.
    error: None, or {file, line, message} of a plugin that cannot be loaded.
    """

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
    source: str = ""
    path: str = ""

    @property
    def refusal(self) -> str:
        """Why it cannot be used, with file and line; "" when it can."""
        return (
            placed(self.error["message"], self.error["file"] or "", self.error["line"]) if self.error else ""
        )

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, data: dict[str, Any]) -> Description:
        """From `as_dict`, for example of another process."""
        from plugins.options import Option  # pydantic: not in the runner

        return cls(**{**data, "options": [Option(**option) for option in data["options"]]})


class Catalog(dict[str, Description]):
    """Plugins by name. The same object as long as nothing changes, and hashed as such, so that caches can go by it.

    fingerprint: changes whenever one of the custom ones does; "" when there are none.
    """

    fingerprint = ""
    __hash__ = object.__hash__  # type: ignore[assignment]


def modules() -> dict[str, str]:
    """Module of each built-in plugin by name."""
    return {name: f"plugins.builtin.{module}" for name, module in BUILTIN_MODULES.items()}


@cache
def load(name: str, source: str = "") -> type[Plugin]:
    """The class of one plugin; imports its module and no other. Raises UnknownPlugin or WrongPlugin.

    source: "" for a built-in one. Others are executed: only runner and inspector may ask for them.
    """
    if source:
        from plugins import loading  # few runs need it

        return loading.load(name, source)
    known = modules()
    if name not in known:
        meant = near(name, known)
        raise UnknownPlugin(f"no plugin is called {name!r}" + (f": did you mean {meant!r}?" if meant else ""))
    cls = plugin_in(importlib.import_module(known[name]))
    if name_of(cls) != name:
        raise WrongPlugin(
            f"{place(cls)} is called {name_of(cls)!r}, but its file stands for {name!r}: rename one of them."
        )
    return cls


def plugin_in(module: ModuleType) -> type[Plugin]:
    """The one plugin class that a built-in's module defines. Raises WrongPlugin for none, several or a wrong one."""
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


def catalog(home: Path | None = None) -> Catalog:
    """Every plugin by name, broken ones too (`error` says why); without a home the built-in ones only.

    A custom file that was not seen before is inspected in a child; nothing changed: a millisecond, no process.
    """
    if home is None:
        return _built_in()
    from plugins import discovery  # not in the runner

    return discovery.with_custom(_built_in(), home)


@cache
def _built_in() -> Catalog:
    return Catalog({name: _described(name, module) for name, module in modules().items()})


def _described(name: str, module: str) -> Description:
    try:
        return describe(load(name))
    except Exception as error:  # a broken plugin must not take the others with it
        return Description(name, module=module, error=_error(error, module))


def describe(cls: type[Plugin], source: str = "") -> Description:
    """The plain data of one plugin class. Raises WrongOption."""
    from plugins.options import signature_of  # pydantic: not in the runner

    facts = facts_of(cls)
    return Description(
        name=name_of(cls),
        cls=cls.__name__,
        module=cls.__module__,
        version=str(facts.version),
        builtin=not source,
        doc=inspect.cleandoc(cls.__doc__ or ""),
        hooks=[
            {"point": hook.point, "priority": hook.priority, "method": hook.method} for hook in hooks_of(cls)
        ],
        options=signature_of(cls),
        requires=list(facts.requires),
        source=source,
        path=(inspect.getsourcefile(cls) or "") if source else "",
    )


def flaws(cls: type[Plugin]) -> Iterator[WrongPlugin]:
    """Everything that is wrong with a class, its options too."""
    yield from wrongs(cls)
    from plugins.options import WrongOption, check_options, signature_of  # pydantic: not in the runner

    line = line_of(cls.__init__) or line_of(cls)
    try:
        options = signature_of(cls)
    except WrongOption as error:
        yield WrongPlugin(
            f"{error}.", code="option", line=line, example="def __init__(self, count: int = 1):"
        )
        return
    for option in options:
        if option.default is None or getattr(cls, "__prototype__", False):
            continue
        try:
            check_options(name_of(cls), [option], {option.name: option.default}, "")
        except BadInput as error:
            message = f"{place(cls)}: the default of {option.name} {error.problems[0].message}."
            yield WrongPlugin(message, code="default", line=line)


def warm_up() -> None:
    """Import what a description needs."""
    importlib.import_module("plugins.options")


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
