"""Real keepers in a home of the test's own, and marks by which programs tell of themselves."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from plugins.custody.backends import Identity, backend
from plugins.custody.rundir import RunDir
from plugins.custody.spec import RunSpec
from plugins.output.segments import read
from plugins.output.text import decode

ROOT = Path(__file__).parents[3]
HERE = Path(__file__).parent
ADVERSARY = str(HERE / "adversary.py")
PATIENCE = 20.0

Section = tuple[str, str, dict[str, Any]]


def until(condition: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """The first true answer. Fails the test after `seconds`."""
    limit = time.monotonic() + seconds
    while not (answer := condition()):
        if time.monotonic() > limit:
            raise AssertionError(f"nothing after {seconds:g} s")
        time.sleep(0.01)
    return answer


def sh(script: str, **options: Any) -> Section:
    return ("os", "os", {"cmd": script, "shell": True, **options})


def program(*argv: str, **options: Any) -> Section:
    return ("os", "os", {"cmd": list(argv), **options})


def until_there(file: Path) -> Section:
    """A program that goes on until somebody makes this file: no test is too slow for it."""
    return program("sh", "-c", f"until test -e '{file}'; do sleep 0.02; done")


def python(code: str, **options: Any) -> Section:
    return program(sys.executable, "-c", code, **options)


def lifetime(seconds: float, **options: Any) -> Section:
    return ("lifetime", "lifetime", {"lifetime": seconds, **options})


@cache
def python_for(user: int) -> str:
    """An interpreter with which this user can run a zygote; "" when all are out of reach."""
    for found in (sys.executable, "/usr/bin/python3"):
        command = [found, "-m", "plugins.custody.zygote"]
        try:
            ended = subprocess.run(command, cwd=ROOT, user=user, input=b"", capture_output=True)
        except OSError:
            continue
        if not ended.returncode:
            return found
    return ""


def adversary(mode: str, folder: Path, python: str = sys.executable) -> Section:
    """A program that tries to get away; its processes leave their marks in the folder."""
    folder.mkdir(exist_ok=True)
    return program(python, "-IS", ADVERSARY, mode, cwd=str(folder), wait=False)


@dataclass
class Going:
    """A run that was given to a keeper."""

    spec: RunSpec
    cold: subprocess.Popen[bytes] | None = None

    @property
    def dir(self) -> RunDir:
        return self.spec.dir

    def result(self, seconds: float = PATIENCE) -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            dead = self.cold is not None and self.cold.poll() is not None
            found = self.dir.result()
            assert found or not dead, "the keeper died without a result"
            return found

        found: dict[str, Any] = until(look, seconds)
        if self.cold is not None:
            assert self.cold.wait(5) == 0
        return found

    def log(self) -> str:
        return decode(read(self.dir.log, limit=1 << 30), final=True)[0]

    def output(self) -> str:
        """What its programs and plugins wrote, without MXX's own lines."""
        return "".join(line for line in self.log().splitlines(True) if not line.startswith("[mxx] "))

    def keeper(self) -> Identity:
        started = until(lambda: self.dir.started() or None)
        return Identity.of(started)

    def begun(self, hook: str = "action") -> Going:
        """Wait until a program was launched."""
        until(lambda: any(event["kind"] == "launch" for event in self.dir.events()))
        return self

    def stop(self, reason: str = "cancelled by a test") -> None:
        self.dir.ask_to_stop(reason)
        backend().wake(self.keeper())


class Zygote:
    def __init__(
        self,
        command: Sequence[str] = ("-m", "plugins.custody.zygote"),
        python: str = sys.executable,
        **options: Any,
    ) -> None:
        self.process = subprocess.Popen(
            [python, *command],
            stdin=subprocess.PIPE,
            **{"cwd": ROOT, "stdout": subprocess.DEVNULL, **options},
        )

    def ready(self) -> Zygote:
        """Once it hears signals; before that they would end it."""
        comm = Path(f"/proc/{self.process.pid}/comm")
        until(lambda: comm.read_text() == "mxx-zygote\n")
        return self

    def go(self, spec: RunSpec) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(spec.line())
        self.process.stdin.flush()

    def close(self) -> int:
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self.process.wait(10)


@dataclass
class Home:
    """One MXX_HOME; every run of it is stopped when the test ends."""

    path: Path
    zygote: Zygote
    runs: list[Going] = field(default_factory=list)
    plugins: Path | None = None

    def spec(self, *sections: Section, **facts: Any) -> RunSpec:
        number = len(self.runs) + 1
        given = {
            "run": number,
            "attempt": 1,
            "job": "test",
            "mark": os.urandom(8).hex(),
            "grace": 1.0,
            **facts,
        }
        return RunSpec(home=str(self.path), plugins=list(sections), **given)

    def go(self, *sections: Section, **facts: Any) -> Going:
        """Start a run through the zygote."""
        going = Going(self.spec(*sections, **facts))
        self.runs.append(going)
        self.zygote.go(going.spec)
        return going

    def run(self, *sections: Section, **facts: Any) -> dict[str, Any]:
        return self.go(*sections, **facts).result()

    def plugin(self, name: str, body: str, top: str = "") -> Section:
        """Write a plugin with this class body; the section that calls it."""
        self.plugins = self.path / "plugins"
        self.plugins.mkdir(exist_ok=True)
        indented = "\n".join("    " + line for line in body.strip("\n").splitlines())
        head = "import os, signal, sys, threading, time\nfrom plugins.base import Plugin\nfrom plugins.hooks import hook"
        text = f'{head}\n{top}\n\nclass {name.title()}(Plugin):\n    name = "{name}"\n\n{indented}\n'
        (self.plugins / f"{name}.py").write_text(text)
        return (name, name, {})

    def cold(self, *sections: Section, before: str = "", **facts: Any) -> Going:
        """Start a run in a keeper of its own, which knows the plugins written here."""
        spec = self.spec(*sections, **facts)
        command = [sys.executable, str(HERE / "keep_with.py"), str(self.plugins or ""), before]
        keeper = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        assert keeper.stdin is not None
        keeper.stdin.write(spec.line())
        keeper.stdin.close()
        going = Going(spec, keeper)
        self.runs.append(going)
        return going

    def close(self) -> None:
        for going in self.runs:
            started = going.dir.started()
            if started and "pid" in started and going.dir.result() is None:
                keeper = Identity.of(started)
                if backend().alive(keeper):
                    going.stop()
                    until(going.dir.result)
            if going.cold is not None:
                going.cold.wait(10)


# ---- marks


def marks(folder: Path) -> dict[int, int]:
    """Pid -> start tick of every process that left its mark here."""
    found = {}
    for mark in folder.glob("mark-*"):
        if text := mark.read_text():
            found[int(mark.name.removeprefix("mark-"))] = int(text)
    return found


def living(folder: Path) -> list[int]:
    return [pid for pid, start in marks(folder).items() if backend().alive(Identity(pid, start))]
