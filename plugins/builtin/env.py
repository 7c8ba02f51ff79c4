"""`[env]`: variables for the run's programs."""

from __future__ import annotations

import re
from typing import Any

from plugins.base import Plugin
from plugins.context import RunContext
from plugins.hooks import hook

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_().]*")
OURS = ("MXX_", "_MXX_")


class Env(Plugin):
    """Set environment variables for every program that the run starts.

    ```toml
    [env]
    LANG = "C.UTF-8"
    RETRIES = 3
    VERBOSE = true

    [os]
    cmd = ["printenv", "RETRIES"]
    ```

    Every key is a variable; its value a text, a number, or true or false. `MXX_...` is MXX's own.
    """

    name = "env"

    def __init__(self, **variables: Any) -> None:
        self.variables = {name: _text(value) for name, value in variables.items()}

    @classmethod
    def check(cls, options: dict[str, Any]) -> list[tuple[str, str, str]]:
        if not options:
            return [("", "sets no variable", 'LANG = "C.UTF-8"')]
        return [problem for name, value in options.items() for problem in _problems(name, value)]

    @hook("pre_action", priority=1000)
    def set_variables(self, run: RunContext) -> None:
        run.environment.update(self.variables)

    @hook("post_action", priority=1000)
    def set_again(self, run: RunContext) -> None:
        """A clean-up runner knows nothing of what was set before it."""
        run.environment.update(self.variables)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _problems(name: str, value: Any) -> list[tuple[str, str, str]]:
    if not NAME.fullmatch(name):
        return [(name, "is no name for a variable: letters, digits and _", 'LANG = "C.UTF-8"')]
    if name.upper().startswith(OURS):
        return [(name, "is MXX's own: choose a name that does not begin with MXX_", 'MY_NAME = "value"')]
    if not isinstance(value, str | int | float):
        return [(name, "must be a text, a number, or true or false", f'{name} = "text"')]
    return []
