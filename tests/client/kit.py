"""mxx-cli as a user starts it: a process, its two outputs, its exit code."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.chaos.mxx import Mxx

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = [sys.executable, str(ROOT / "client")]
PATIENCE = 60


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def said(self) -> tuple[int, str]:
        """For commands that fail: the code and what stderr says; nothing may stand on stdout, and no traceback anywhere."""
        assert self.out == ""
        assert "Traceback" not in self.err
        return self.code, self.err.removeprefix("mxx-cli: ").rstrip("\n")


def environment(home: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MXX_")}
    return {**kept, "MXX_HOME": str(home), "TZ": "UTC", "TERM": "dumb", **more}


def run(home: Path, *words: str, stdin: str = "", **variables: str) -> Ran:
    """Piped, from another folder than the checkout."""
    done = subprocess.run(
        [*PROGRAM, *words],
        cwd=home.parent,
        env=environment(home, **variables),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


class Cli:
    """mxx-cli beside one server."""

    def __init__(self, mxx: Mxx) -> None:
        self.mxx = mxx
        self.started: list[subprocess.Popen[str]] = []

    def __call__(self, *words: str, **variables: str) -> Ran:
        return run(self.mxx.home, *words, **{"MXX_SERVER_PORT": str(self.mxx.port), **variables})

    def start(self, *words: str, **streams: Any) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [*PROGRAM, *words],
            cwd=self.mxx.home,
            text=True,
            **{
                "env": environment(
                    self.mxx.home, MXX_SERVER_PORT=str(self.mxx.port), COLUMNS="160", PYTHONUNBUFFERED="1"
                ),
                "stdin": subprocess.DEVNULL,
                "stdout": subprocess.PIPE,
                "stderr": subprocess.PIPE,
                **streams,
            },
        )
        self.started.append(process)
        return process

    def close(self) -> None:
        """End what a test that failed left behind."""
        for process in self.started:
            if process.poll() is None:
                process.kill()
                process.communicate()

    def typed(self, dialogue: dict[str, str], *words: str, home: Path) -> Ran:
        """Somebody at a keyboard: waits for each question on stderr, then types its answer."""
        ours, theirs = pty.openpty()
        process = self.start(
            *words, stdin=theirs, start_new_session=True, env=environment(home)
        )  # no terminal but this one
        os.close(theirs)
        assert process.stderr and process.stdout
        asked = ""
        for question, answer in dialogue.items():
            while question not in asked:
                letter = process.stderr.read(1)
                assert letter, asked
                asked += letter
            os.write(ours, f"{answer}\n".encode())
        out, err = process.communicate(timeout=PATIENCE)
        os.close(ours)
        return Ran(process.returncode, out, asked + err)

    def on_a_terminal(self, *words: str) -> Ran:
        """stdout is a terminal of 160 columns."""
        ours, theirs = pty.openpty()
        process = self.start(*words, stdout=theirs)
        os.close(theirs)
        shown = b""
        with suppress(OSError), os.fdopen(ours, "rb", buffering=0) as terminal:  # EIO: nobody writes any more
            while piece := terminal.read(4096):
                shown += piece
        _, err = process.communicate(timeout=PATIENCE)
        return Ran(process.returncode, shown.decode().replace("\r\n", "\n"), err)
