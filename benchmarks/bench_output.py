"""A flood of output: how fast a program may write, what it costs in memory and on disk, and whether the page still answers.

    python benchmarks/bench_output.py [MEGABYTES]

A real `manage.py up`; each kind of output beside its floor, `cat > /dev/null`, in the same run. Prints `name value unit`,
with the load of the machine before and after.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.chaos.mxx import Mxx, below, called  # noqa: E402

KINDS = {
    "no_newlines": "head -c 8M /dev/zero | tr '\\0' x > b; for n in $(seq {eighths}); do cat b; done",
    "newlines": "yes | head -c {size}",
    "nul": "head -c {size} /dev/zero",
    "binary": "head -c 8M /dev/urandom > b; for n in $(seq {eighths}); do cat b; done",
    "lines_of_60": "yes 'a log line of about sixty characters, quite an ordinary one' | head -c {size}",
}
LINE = "head -c 8M /dev/zero | tr '\\0' x > b; for n in $(seq 13); do cat b; done; echo"
OURS = ("mxx-keeper", "mxx-runner", "mxx-zygote")
PATIENCE = 120.0


def script(kind: str, size: int) -> str:
    return KINDS[kind].format(size=size, eighths=size >> 23)


def floor(text: str, folder: Path) -> float:
    """Seconds that the same program takes into nothing."""
    began = time.perf_counter()
    subprocess.run(["sh", "-c", f"( {text} ) | cat > /dev/null"], check=True, cwd=folder)
    return time.perf_counter() - began


class Watch(threading.Thread):
    """While a run goes: the most private memory of each of our processes, and how long its page takes."""

    def __init__(self, mxx: Mxx, run: int) -> None:
        super().__init__(daemon=True)
        self.mxx, self.run_id = mxx, run
        self.memory: dict[str, float] = {}
        self.answers: list[float] = []
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.wait(0.1):
            self._measure()
            began = time.perf_counter()
            get(self.mxx, f"runs/{self.run_id}/")
            self.answers.append(time.perf_counter() - began)

    def _measure(self) -> None:
        assert self.mxx.launcher is not None
        for pid, words in below(self.mxx.launcher.pid).items():
            name = next((word for word in ("runweb", "runscheduler") if word in words), called(pid))
            if name in ("runweb", "runscheduler", *OURS):
                self.memory[name] = max(self.memory.get(name, 0.0), private(pid))


def private(pid: int) -> float:
    """MiB that belong to this process alone; 0 once it is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return (
        sum(int(line.split()[1]) for line in lines if line.startswith(("Private_Clean", "Private_Dirty")))
        / 1024
    )


def get(mxx: Mxx, path: str) -> bytes:
    """A page of the web face, as somebody who is logged in sees it."""
    request = urllib.request.Request(f"http://127.0.0.1:{mxx.port}/{path}", headers={"Cookie": COOKIE[0]})
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        return bytes(answer.read())


COOKIE = [""]
LOG_IN = """
from django.contrib.auth import get_user_model
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.conf import settings
user = get_user_model().objects.create_superuser("bench", "", "b" * 20)
session = SessionStore()
session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), settings.AUTHENTICATION_BACKENDS[-1]
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.save()
print(f"{settings.SESSION_COOKIE_NAME}={session.session_key}")
"""


def log_in(mxx: Mxx) -> str:
    told = mxx.command("shell", "-c", LOG_IN)
    return told.communicate(timeout=60)[0].strip().splitlines()[-1]


def flood(mxx: Mxx, name: str, text: str) -> tuple[float, Watch, dict[str, Any]]:
    """Seconds of the run, what was watched meanwhile, and the run."""
    config = {"os": {"cmd": text, "shell": True}}
    mxx.ask("POST", "jobs/", {"name": name, "config": config})
    run = mxx.ask("POST", f"jobs/{name}/trigger/", {"params": {}})[1]
    watch = Watch(mxx, run["id"])
    watch.start()
    deadline = time.monotonic() + PATIENCE
    while not run["finished_at"] and time.monotonic() < deadline:
        time.sleep(0.02)
        run = mxx.ask("GET", f"runs/{run['id']}/")[1]
    watch.over.set()
    watch.join()
    launch = (run.get("receipt") or {}).get("launches") or [{}]
    return (launch[0].get("ended") or 0) - (launch[0].get("started") or 0), watch, run


def disk(mxx: Mxx, run: int) -> float:
    """MB of its log."""
    return sum(path.stat().st_size for path in mxx.home.glob(f"runs/*/{run}-*/*.seg")) / 1e6


def say(name: str, value: float, unit: str, **facts: object) -> None:
    tail = " ".join(f"{key}={fact}" for key, fact in facts.items())
    sys.stdout.write(f"{name} {value:.2f} {unit} {tail}\n")
    sys.stdout.flush()


def measure(mxx: Mxx, name: str, text: str, size: int, folder: Path) -> None:
    lean = floor(text, folder)
    get(mxx, "")
    idle = {name: private(pid) for name, pid in mxx.children().items()}
    seconds, watch, run = flood(mxx, name, text)
    answers = sorted(watch.answers) or [0.0]
    most = " ".join(f"{process}={memory:.0f}" for process, memory in sorted(watch.memory.items()))
    say(name, size / 1e6 / seconds, "MB/s", status=run["status"], floor=f"{size / 1e6 / lean:.0f}")
    say(f"{name}_log", disk(mxx, run["id"]), "MB")
    say(f"{name}_page", answers[-1], "s", median=f"{answers[len(answers) // 2]:.2f}", n=len(answers))
    began = time.perf_counter()
    get(mxx, f"runs/{run['id']}/")
    say(f"{name}_page_after", time.perf_counter() - began, "s")
    say(f"{name}_private_most", max(watch.memory.values(), default=0.0), "MiB", each=f"[{most}]")
    say(f"{name}_web_grew", watch.memory.get("runweb", 0.0) - idle["web"], "MiB", idle=f"{idle['web']:.0f}")


def main() -> None:
    size = int(sys.argv[1] if len(sys.argv) > 1 else 1024) << 20
    say("load_before", os.getloadavg()[0], "processes")
    with tempfile.TemporaryDirectory(prefix="mxx-bench-") as place:
        mxx = Mxx(Path(place) / "home").up()
        try:
            COOKIE[0] = log_in(mxx)
            for kind in KINDS:
                measure(mxx, kind, script(kind, size), size, Path(place))
            measure(mxx, "one_line", LINE, 13 << 23, Path(place))
        finally:
            mxx.stop()
    say("load_after", os.getloadavg()[0], "processes")


if __name__ == "__main__":
    main()
