"""`[single]`: not beside another one."""

from __future__ import annotations

from typing import Any

from plugins.answers import No
from plugins.base import Plugin
from plugins.context import RunContext
from plugins.hooks import hook
from plugins.processes import name_problems, pids_of


class Single(Plugin):
    """Skip the run when the program is running already, whoever started it.

    ```toml
    [single]
    name = "MAA.exe"

    [os]
    cmd = ["echo", "nobody else is farming"]
    ```

    name: the exact file name of the program.
    """

    name = "single"

    def __init__(self, name: str) -> None:
        self.program = name

    @classmethod
    def check(cls, options: dict[str, Any]) -> list[tuple[str, str, str]]:
        return name_problems(options.get("name"), 'name = "MAA.exe"')

    @hook("all_cond")
    def is_alone(self, run: RunContext) -> bool | No:
        pids = pids_of(self.program)
        return not pids or No(f"{self.program} is running already (process {pids[0]})")
