"""Job files through a real keeper: cold start, real programs, a home of the test's own."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from plugins import checking, jobfile
from plugins.custody.backends import Identity, backend
from plugins.custody.rundir import RunDir
from plugins.custody.spec import RunSpec
from plugins.exceptions import BadInput
from plugins.output.segments import read
from plugins.output.text import decode

ROOT = Path(__file__).parents[3]
TOOLS = ROOT / "tests" / "tools"
PATIENCE = 30.0


def until(condition: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """The first true answer. Fails the test after `seconds`."""
    limit = time.monotonic() + seconds
    while not (answer := condition()):
        if time.monotonic() > limit:
            raise AssertionError(f"nothing after {seconds:g} s")
        time.sleep(0.02)
    return answer


def problems_of(toml: str) -> list[tuple[str, str]]:
    """(field, message) of each problem of a job file; none when it is sound."""
    try:
        checking.check(jobfile.parse(toml))
    except BadInput as error:
        return [(problem.field, problem.message) for problem in error.problems]
    return []


def only_problem(toml: str) -> str:
    """The one problem of a job file, in a sentence, which must have an example."""
    with pytest.raises(BadInput) as caught:
        checking.check(jobfile.parse(toml))
    (problem,) = caught.value.problems
    assert problem.example
    return f"{problem.field}: {problem.message}"


@dataclass
class Going:
    """A run that was given to a keeper."""

    spec: RunSpec
    keeper: subprocess.Popen[bytes]

    @property
    def dir(self) -> RunDir:
        return self.spec.dir

    @property
    def log(self) -> str:
        return decode(read(self.dir.log, limit=1 << 30), final=True)[0]

    @property
    def hooks(self) -> list[str]:
        """Which hooks have ended: "action of os"."""
        return [f"{one['hook']} of {one['plugin']}" for one in self.dir.events() if one["kind"] == "hook"]

    def ended(self) -> dict[str, Any]:
        found: dict[str, Any] = until(self.dir.result)
        self.keeper.wait(10)
        return found

    def stop(self) -> None:
        self.dir.ask_to_stop("stopped by the test")
        started = until(self.dir.started)
        backend().wake(Identity.of(started))


@dataclass
class Home:
    """One MXX_HOME. path: where programs are looked for; environment: what the user's shell would have set."""

    path: Path
    environment: dict[str, str] = field(default_factory=dict)
    runs: list[Going] = field(default_factory=list)
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    def go(self, toml: str, **facts: Any) -> Going:
        """Begin a run of a job file. facts: more of the spec, for example applications."""
        checked = checking.check(jobfile.parse(toml))
        number = next(self.numbers)
        spec = RunSpec(
            run=number,
            attempt=1,
            job="test",
            home=str(self.path),
            mark=f"{os.getpid():x}{number:x}{time.monotonic_ns():x}",
            plugins=[(call.instance, call.key, call.options) for call in checked.calls],
            timeout=facts.pop("timeout", 60.0),
            grace=facts.pop("grace", 1.0),
            **facts,
        )
        keeper = subprocess.Popen(
            [sys.executable, "-m", "plugins.custody.keeper"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            env={**os.environ, **self.environment},
        )
        assert keeper.stdin is not None
        keeper.stdin.write(spec.line())
        keeper.stdin.close()
        self.runs.append(Going(spec, keeper))
        return self.runs[-1]

    def play(self, toml: str, **facts: Any) -> Going:
        """A run from begin to end."""
        going = self.go(toml, **facts)
        going.ended()
        return going

    def outcome(self, toml: str, **facts: Any) -> tuple[str, str]:
        """Status and reason of a run."""
        result = self.go(toml, **facts).ended()
        return result["status"], result["reason"]

    def close(self) -> None:
        for going in self.runs:
            if going.keeper.poll() is None and going.dir.result() is None:
                going.stop()
            going.keeper.wait(20)
