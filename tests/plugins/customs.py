"""A home with plugin files of the test's own, and real keepers that run jobs with them."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from textwrap import dedent
from typing import Any

from plugins import checking, jobfile, registry
from plugins.custody.rundir import RunDir
from plugins.custody.spec import RunSpec
from plugins.output.segments import read
from plugins.output.text import decode

ROOT = Path(__file__).parents[2]
PATIENCE = 30.0

NATIVE = """
from plugins.base import Plugin
from plugins.hooks import hook

"""
PROTOTYPE = """
from mxx.runner.core.plugin import MxxPlugin, hook

"""
_numbers = count(1)


@dataclass
class Going:
    """A run in the hands of a real keeper."""

    keeper: subprocess.Popen[bytes]
    dir: RunDir

    def result(self) -> dict[str, Any]:
        self.keeper.wait(PATIENCE)
        found = self.dir.result()
        assert found is not None
        return found

    def log(self) -> str:
        return decode(read(self.dir.log, limit=1 << 30), final=True)[0]


@dataclass
class Home:
    path: Path

    @property
    def plugins(self) -> Path:
        return self.path / "plugins"

    def write(self, name: str, text: str, mode: int = 0o600) -> Path:
        """A file in the plugins folder."""
        file = self.plugins / name
        file.write_text(dedent(text), encoding="utf-8")
        file.chmod(mode)
        return file

    def catalog(self) -> registry.Catalog:
        return registry.catalog(self.path)

    def error(self, name: str) -> str:
        """Why this plugin cannot be used."""
        found = self.catalog()[name].error
        assert found is not None
        return str(found["message"])

    def check(self, text: str) -> checking.CheckedJob:
        return checking.check(jobfile.parse(dedent(text)), self.catalog())

    def start(self, text: str, **facts: Any) -> Going:
        """Give a job to a keeper of its own."""
        checked = self.check(text)
        spec = RunSpec(
            run=next(_numbers),
            attempt=1,
            job="job",
            home=str(self.path),
            mark="mark",
            plugins=[(call.instance, call.key, call.options) for call in checked.calls],
            vars=checked.jobfile.vars,
            sources=checked.sources,
            **{"timeout": checked.table.timeout, "grace": checked.table.grace, **facts},
        )
        keeper = subprocess.Popen(
            [sys.executable, "-m", "plugins.custody.keeper"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
        )
        assert keeper.stdin is not None
        keeper.stdin.write(spec.line())
        keeper.stdin.close()
        return Going(keeper, spec.dir)

    def run(self, text: str, **facts: Any) -> tuple[str, str]:
        """(status, what stands in the log) of a whole run."""
        going = self.start(text, **facts)
        result = going.result()
        return result["status"], f"{going.log()}{result['reason']}"
