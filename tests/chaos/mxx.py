"""A real MXX in a temporary home: its processes, its API, its end. Everything it starts it also stops."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.chaos.databases import database_of

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 20.0


def until(condition: Callable[[], Any], seconds: float = PATIENCE, what: str = "") -> Any:
    """The first truthy answer of the condition. Fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what or condition}"
        time.sleep(0.02)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def alive(pid: int) -> bool:
    """A zombie is not alive: here nobody may be there to reap it."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def called(pid: int) -> str:
    """The kernel's name of a process; "" when it is gone. A forked keeper has the command line of its zygote."""
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""


class Mxx:
    """`up` or a single command against one home; a second `up` takes another port."""

    def __init__(self, home: Path, **settings: str) -> None:
        self.home = home
        self.settings = settings
        self.port = 0
        self.launcher: subprocess.Popen[bytes] | None = None
        self.log = home.parent / f"{home.name}.log"

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MXX_")}
        return {
            **kept,
            **({} if "DATABASE_URL" in self.settings else database_of(self.home)),
            **self.settings,
            "MXX_HOME": str(self.home),
            "MXX_BIND": f"127.0.0.1:{self.port}",
            "MXX_TIMEZONE": "UTC",
        }

    # ---- processes

    def up(self) -> Mxx:
        self.port = free_port()
        with self.log.open("ab") as log:
            self.launcher = subprocess.Popen(
                [sys.executable, str(ROOT / "manage.py"), "up"],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until(self.healthy, 60, "healthy")
        return self

    def command(self, *words: str, **environment: str) -> subprocess.Popen[str]:
        """`manage.py WORDS` with captured output; the caller waits for it."""
        return subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), *words],
            env={**self.environment, "MXX_BIND": "127.0.0.1:8765", **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def children(self) -> dict[str, int]:
        """Pids of launcher, web, supervisor and zygote.

        What the zygote has forked bears its name until it has its own: the first one found is the parent."""
        assert self.launcher is not None
        found = {"launcher": self.launcher.pid}
        for pid, words in below(self.launcher.pid).items():
            for name, word in (("web", "runweb"), ("supervisor", "runscheduler")):
                if word in words:
                    found[name] = pid
            if called(pid) == "mxx-zygote":
                found.setdefault("zygote", pid)
        return found

    def keepers(self) -> list[int]:
        return [pid for pid in below(self.children()["zygote"]) if called(pid) == "mxx-keeper"]

    def kill(self, *names: str) -> None:
        """kill -9, all at once."""
        pids = self.children()
        for name in names:
            os.kill(pids[name], signal.SIGKILL)
        assert self.launcher is not None
        if "launcher" in names:
            self.launcher.wait()

    def stop(self) -> int:
        """Like Ctrl-C once; returns the exit code."""
        assert self.launcher is not None
        if self.launcher.poll() is None:
            self.launcher.send_signal(signal.SIGINT)
        return self.launcher.wait(30)

    def errors(self) -> list[str]:
        """What the log says that no healthy MXX says."""
        lines = self.log.read_text().splitlines()
        return [line for line in lines if " ERROR " in line or "Traceback" in line or "Error" in line]

    # ---- API

    def ask(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
        """(status, answer) of the API; JSON answers are decoded."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {self.token}",
                "Content-Type": "application/json",
                **(headers or {}),
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, _decoded(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, _decoded(error)

    @property
    def token(self) -> str:
        return (self.home / "cli-token").read_text().strip()

    def healthy(self) -> bool:
        try:
            return bool(self.ask("GET", "health/")[0] == 200)
        except (OSError, FileNotFoundError):
            return False

    def save(self, name: str, toml: str) -> None:
        status, answer = self.ask("POST", "jobs/", {"name": name, "toml": toml})
        assert status == 201, answer

    def trigger(self, name: str) -> int:
        status, answer = self.ask("POST", f"jobs/{name}/trigger/", {})
        assert status == 202, answer
        return int(answer["id"])

    def run(self, run_id: int) -> dict[str, Any]:
        return dict(self.ask("GET", f"runs/{run_id}/")[1])

    def runs(self, query: str = "limit=200") -> list[dict[str, Any]]:
        return list(self.ask("GET", f"runs/?{query}")[1]["results"])

    def ended(self, run_id: int, seconds: float = PATIENCE) -> dict[str, Any]:
        return dict(
            until(lambda: (run := self.run(run_id))["finished_at"] and run, seconds, f"end of run {run_id}")
        )


def below(root: int) -> dict[int, str]:
    """Living descendants of a process: pid -> command line."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
    found: dict[int, str] = {}
    todo = [root]
    while todo:
        parent = todo.pop()
        for pid in [pid for pid, of in parents.items() if of == parent and pid not in found]:
            found[pid] = _command_line(pid)
            todo.append(pid)
    return found


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _decoded(answer: Any) -> Any:
    content = answer.read()
    return json.loads(content) if "json" in answer.headers.get("Content-Type", "") else content.decode()
