"""A home with plugin files of the test's own, and real keepers that run jobs with them."""

from __future__ import annotations

import secrets
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from textwrap import dedent, indent
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


def native(name: str, body: str = "", line: str = "pass") -> str:
    """A plugin file with one class; `line` is what its action does, `body` stands above it."""
    text = f'class Made(Plugin):\n    name = "{name}"\n'
    return NATIVE + text + indent(dedent(body), "    ") + action(line)


def action(line: str) -> str:
    return f'\n    @hook("action")\n    def act(self, run):\n        {line}\n'


def until(condition: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """The first true answer. Fails the test after `seconds`."""
    limit = time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < limit, f"nothing after {seconds:g} s"
        time.sleep(0.01)
    return answer


class Started:
    """Counts the processes that this process starts within a `with`."""

    def __init__(self) -> None:
        self.count, self.on = 0, False
        sys.addaudithook(self._hear)

    def _hear(self, event: str, _: object) -> None:
        if self.on and event in ("subprocess.Popen", "os.fork", "os.posix_spawn"):
            self.count += 1

    def __enter__(self) -> Started:
        self.on = True
        return self

    def __exit__(self, *_: object) -> None:
        self.on = False


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

    def end(self) -> None:
        """Stop it, if it is not over."""
        if self.keeper.poll() is None:
            self.dir.ask_to_stop("the test is over")
            self.keeper.wait(PATIENCE)

    def log(self) -> str:
        return decode(read(self.dir.log, limit=1 << 30), final=True)[0]


@dataclass
class Home:
    path: Path
    runs: list[Going] = field(default_factory=list)

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

    def start(self, text: str) -> Going:
        """Give a job to a keeper of its own."""
        return self.start_checked(self.check(text))

    def start_checked(self, checked: checking.CheckedJob) -> Going:
        spec = RunSpec(
            run=next(_numbers),
            attempt=1,
            job="job",
            home=str(self.path),
            mark=secrets.token_hex(8),
            plugins=[(call.instance, call.key, call.options) for call in checked.calls],
            vars=checked.jobfile.vars,
            sources=checked.sources,
            timeout=checked.table.timeout,
            grace=checked.table.grace,
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
        self.runs.append(Going(keeper, spec.dir))
        return self.runs[-1]

    def run(self, text: str) -> tuple[str, str]:
        """(status, what stands in the log and the reason) of a whole run."""
        return self.run_checked(self.check(text))

    def run_checked(self, checked: checking.CheckedJob) -> tuple[str, str]:
        going = self.start_checked(checked)
        result = going.result()
        return result["status"], f"{going.log()}{result['reason']}"
