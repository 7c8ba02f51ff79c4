"""`[process_running]`: only while a program runs."""

from __future__ import annotations

from typing import Any

from plugins.answers import No
from plugins.base import Plugin
from plugins.context import RunContext
from plugins.hooks import hook
from plugins.processes import name_problems, pids_of


class ProcessRunning(Plugin):
    """Run only while a program runs, or only while none of that name does.

    ```toml
    [process_running]
    name = "game.exe"
    invert = true

    [os]
    cmd = ["echo", "nobody is playing"]
    ```

    name: the exact file name of the program.
    invert: run only while it does not run.
    """

    name = "process_running"

    def __init__(self, name: str, invert: bool = False) -> None:
        self.program, self.invert = name, invert

    @classmethod
    def check(cls, options: dict[str, Any]) -> list[tuple[str, str, str]]:
        return name_problems(options.get("name"), 'name = "game.exe"')

    @hook("all_cond")
    def is_as_wanted(self, run: RunContext) -> bool | No:
        running = bool(pids_of(self.program))
        return running != self.invert or No(f"{self.program} is {'' if running else 'not '}running")
