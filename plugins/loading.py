"""Plugin files and entry points -> classes. Only runner and inspector come here: this executes their code.

A source is the path of a plugin file, or "entry:NAME". Every process reads the file anew, and none writes beside it.
"""

from __future__ import annotations

import inspect
import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from plugins import compat
from plugins.base import Plugin
from plugins.exceptions import MxxError
from plugins.mishaps import mishap
from plugins.rules import CUSTOM, ENTRY, WrongPlugin, line_of, name_of, refuse_wrong
from plugins.safety import source_text
from plugins.words import listed

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "mxx.plugins"

texts: dict[str, str] = {}
"""Of each plugin file, as this process read it. A clean-up runner gets those of the runner before it: a run keeps its code."""


def load(name: str, source: str) -> type[Plugin]:
    """The class of that name, ready for use. Raises WrongPlugin naming file and line."""
    found = {name_of(cls): cls for cls in classes_in(source)}
    if name not in found:
        held = f"it holds {listed(map(repr, found), 'and')}" if found else "it holds none"
        raise WrongPlugin(f"no plugin in it is called {name!r}: {held}.", file=source)
    try:
        refuse_wrong(found[name])
    except WrongPlugin as wrong:
        wrong.file = source
        raise
    return found[name]


@cache
def classes_in(source: str) -> tuple[type[Plugin], ...]:
    """The plugin classes that a source defines, imported once a process. Raises WrongPlugin."""
    sys.dont_write_bytecode = True  # the folder is the user's
    compat.install()
    try:
        held = _entry(source) if source.startswith(ENTRY) else _module(Path(source))
    except MxxError:
        raise
    except BaseException as error:  # sys.exit() too: it is the plugin's, not ours
        raise mishap(error, source) from error
    if inspect.isclass(held):
        return (held,) if issubclass(held, Plugin) else ()
    return plugin_classes(held)


def _module(path: Path) -> ModuleType:
    """The file executed as a module of its own name; files beside it (`_helper.py`) can be imported."""
    if str(path) not in texts:
        texts[str(path)] = source_text(path)
    text = texts[str(path)]
    module = ModuleType(CUSTOM + path.stem)
    module.__file__ = str(path)
    sys.modules[module.__name__] = module  # dataclasses and pickle look there
    if (folder := str(path.parent)) not in sys.path:
        sys.path.append(folder)  # last: no plugin file can stand in for a library
    exec(compile(text, str(path), "exec", dont_inherit=True), vars(module))
    return module


def _entry(source: str) -> Any:
    return entry_point(source.removeprefix(ENTRY)).load()


def entry_point(name: str) -> EntryPoint:
    """Raises WrongPlugin unless exactly one installed package offers it."""
    from importlib.metadata import entry_points  # 20 ms

    found = list(entry_points(group=GROUP, name=name))
    if len(found) != 1:
        raise WrongPlugin(
            f"{len(found)} installed packages offer a plugin called {name!r}: there must be one."
        )
    return found[0]


def plugin_classes(module: ModuleType) -> tuple[type[Plugin], ...]:
    """Every plugin class that a module defines; `_Hidden` ones and nameless ones that others build on are not meant."""
    found = [
        value
        for value in dict.fromkeys(filter(inspect.isclass, vars(module).values()))
        if issubclass(value, Plugin) and value.__module__ == module.__name__ and value.__name__[0] != "_"
    ]
    return tuple(cls for cls in found if name_of(cls) or not _built_on(cls, found))


def _built_on(cls: type, others: list[type[Plugin]]) -> bool:
    return any(cls is not other and issubclass(other, cls) for other in others)


def twins(classes: tuple[type[Plugin], ...]) -> list[WrongPlugin]:
    """Two classes of one file that answer to the same section."""
    found = []
    for position, cls in enumerate(classes):
        for other in classes[:position]:
            if name_of(cls) == name_of(other):
                message = f"class {other.__name__} and class {cls.__name__} are both called {name_of(cls)!r}: rename one of them."
                found.append(WrongPlugin(message, code="duplicate_name", line=line_of(cls)))
    return found
