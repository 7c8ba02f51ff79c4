"""`[file_exists]`: only when a file is there."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from plugins.answers import No
from plugins.base import Duration, Plugin
from plugins.context import RunContext
from plugins.hooks import hook


class FileExists(Plugin):
    """Run only when a file or folder is there, or only when it is not.

    ```toml
    [file_exists]
    path = "~/.holiday"
    invert = true

    [os]
    cmd = ["echo", "a working day"]
    ```

    path: the file or folder, as an absolute path or below the home folder ("~").
    invert: run only when it is not there (or, with max_age, too old).
    max_age: it counts only when it was changed within this time, for example "1d".
    """

    name = "file_exists"

    def __init__(self, path: str, invert: bool = False, max_age: Duration | None = None) -> None:
        self.path, self.invert, self.max_age = path, invert, max_age

    @classmethod
    def check(cls, options: dict[str, Any]) -> list[tuple[str, str, str]]:
        path = options.get("path")
        if isinstance(path, str) and (not path or "\0" in path):
            return [("path", "must name a file or folder", 'path = "/var/run/ready"')]
        if isinstance(path, str) and "${" not in path and not Path(path).expanduser().is_absolute():
            return [
                ("path", "must be absolute: each run works in a folder of its own", 'path = "/var/run/ready"')
            ]
        return []

    @hook("all_cond")
    def is_as_wanted(self, run: RunContext) -> bool | No:
        try:
            age = time.time() - Path(self.path).expanduser().stat().st_mtime
        except (FileNotFoundError, NotADirectoryError):
            return self.invert or No(f"{self.path} is not there")
        if self.max_age is not None and age > self.max_age:
            return self.invert or No(
                f"{self.path} was last changed {age:.0f} s ago, not within {self.max_age:.10g} s"
            )
        return not self.invert or No(f"{self.path} is there")
