"""`[app]`: start a program and hold it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from plugins.base import Duration, Plugin
from plugins.builtin.os_exec import command_problems, words
from plugins.context import RunContext
from plugins.hooks import hook


class App(Plugin):
    """Start a program from a folder or from Scoop; it runs until the run ends.

    ```toml
    [app]
    path = "/usr/bin"
    targetExe = "sleep"
    args = ["60"]
    delay = 0

    [lifetime]
    lifetime = 1
    ```

    path: the program's folder. Without it the Scoop package `pkg` is looked up.
    pkg: the Scoop package that holds the program.
    scoop: whether to look in Scoop's folder ($SCOOP, else ~/scoop) for `pkg`.
    targetExe: the program's file name.
    args: its arguments.
    stop: a command that makes it end, run first when the run ends and it is still there: ["bot", "--quit"].
    delay: how long to wait after the start before the next action; shorter when the program ends.
    """

    name = "app"

    def __init__(
        self,
        targetExe: str,
        path: str | None = None,
        pkg: str | None = None,
        scoop: bool = True,
        delay: Duration = 10.0,
        args: list[str] | None = None,
        stop: str | list[str] | None = None,
    ) -> None:
        self.target, self.path, self.pkg, self.scoop = targetExe, path, pkg, scoop
        self.delay, self.args = delay, args or []
        self.stop = words(stop or [])

    @classmethod
    def check(cls, options: dict[str, Any]) -> list[tuple[str, str, str]]:
        if found := command_problems("stop", options.get("stop")):
            return found
        if not options.get("targetExe"):
            return [("targetExe", "is empty", 'targetExe = "MAA.exe"')]
        if options.get("path") or (options.get("scoop", True) and options.get("pkg")):
            return []
        return [
            (
                "path",
                "is missing: say where the program is, or name a Scoop package with pkg",
                'path = "C:/Tools/MAA"',
            )
        ]

    @hook("action")
    def start(self, run: RunContext) -> None:
        program = self._folder() / self.target
        launch = run.launch([str(program), *self.args], cwd=str(program.parent), wait=False, stop=self.stop)
        until = run.elapsed + self.delay
        while run.elapsed < until and not launch.gone:
            run.host.wait(min(0.5, until - run.elapsed))

    def _folder(self) -> Path:
        if self.path:
            return Path(self.path).expanduser()
        scoop = Path(os.environ.get("SCOOP") or Path.home() / "scoop")
        return scoop / "apps" / str(self.pkg) / "current"
