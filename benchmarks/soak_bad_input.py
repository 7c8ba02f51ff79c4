"""Every bad input of the corpus at every door: what it is answered, and what that costs.

    python benchmarks/soak_bad_input.py                     all doors, ten minutes or so
    python benchmarks/soak_bad_input.py api pages           some of them
    python benchmarks/soak_bad_input.py --table             also a line for each input

Red: an answer that is no 4xx (admin: the form again, as Django has it) or exit code 1 or 2, a field that is not named, a traceback, a line at
ERROR in the server's log, more than 1 s of processor time, or a process that grew by more than 50 MB. Processor time, since a busy machine
makes any answer slow; what it was by the clock is printed beside it. A command is compared with the same one on a good file.
"""

from __future__ import annotations

import argparse
import html
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import httpx

from tests.chaos.mxx import ROOT, Mxx
from tests.corpus.broken import HELLO, Broken, broken_job_files
from tests.corpus.broken_plugins import BROKEN
from tests.corpus.strange import BODIES, NAMES, QUERIES, TOKENS, texts

SECONDS, MB = 1.0, 50.0
TICKS = os.sysconf("SC_CLK_TCK")
ALL = [*broken_job_files(), *texts()]


@dataclass
class Cost:
    door: str
    what: str
    cpu: float
    wall: float
    grown: float
    """MB"""
    wrong: list[str] = field(default_factory=list)

    def judged(self) -> Cost:
        if self.cpu > SECONDS:
            self.wrong.append(f"{self.cpu:.2f} s of processor time")
        if self.grown > MB:
            self.wrong.append(f"grew by {self.grown:.0f} MB")
        return self


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("door", nargs="*", choices=[*DOORS, []], help=", ".join(DOORS))
    parser.add_argument("--table", action="store_true", help="a line for each input")
    parser.add_argument(
        "--every", type=int, default=1, metavar="N", help="only each Nth input where each is a process"
    )
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mxx-soak-") as folder:
        server = Server(Path(folder), asked.every)
        try:
            red = sum(told([*DOORS[door](server)], asked.table) for door in asked.door or DOORS)
            errors = server.mxx.errors()
        finally:
            server.mxx.stop()
    for line in errors:
        print(f"log: {line[:300]}")
    print(f"load {os.getloadavg()[0]:.1f}; lines at ERROR in the log: {len(errors)}")
    return bool(errors or red)


def told(costs: list[Cost], table: bool) -> int:
    """Of one door; returns how many are red."""
    for cost in costs:
        if table or cost.wrong:
            facts = f"{cost.cpu:6.2f} s cpu {cost.wall:6.2f} s {cost.grown:6.1f} MB"
            print(f"{cost.door:9} {facts}  {cost.what[:60]!r} {'; '.join(cost.wrong)}")
    slowest, largest = max(costs, key=lambda c: c.cpu), max(costs, key=lambda c: c.grown)
    red = sum(bool(cost.wrong) for cost in costs)
    print(
        f"{slowest.door}: {len(costs)} inputs, {red} red; "
        f"most {slowest.cpu:.2f} s of processor time ({slowest.what[:40]!r}), "
        f"{max(cost.wall for cost in costs):.2f} s by the clock, {largest.grown:.1f} MB ({largest.what[:40]!r})",
        flush=True,
    )
    return red


class Server:
    """MXX with an administrator's session and the owner's token."""

    def __init__(self, folder: Path, every: int) -> None:
        self.every = every
        self.folder, self.mxx = folder, Mxx(folder / "home").up()
        self.mxx.save("taken", HELLO.decode())
        self.base = f"http://127.0.0.1:{self.mxx.port}"
        self.pid = self.mxx.children()["web"]
        self.api = httpx.Client(
            base_url=self.base,
            trust_env=False,
            timeout=60,
            headers={"Authorization": f"Bearer {self.mxx.token}"},
        )
        self.page = httpx.Client(
            base_url=self.base, trust_env=False, timeout=60, headers={"Referer": self.base}
        )
        found = re.search(r"/setup/\S+", self.mxx.log.read_text())
        assert found
        self.page.get(found[0])
        self.post(found[0], username="alice", password="four unrelated words")

    def post(self, path: str, **form: Any) -> httpx.Response:
        return self.page.post(path, data={"csrfmiddlewaretoken": self.page.cookies["csrftoken"], **form})

    def cost(self, door: str, what: str, ask: Callable[[], httpx.Response], says: str = "") -> Cost:
        """One request; the server's peak is forgotten before it."""
        time.sleep(0.02)
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")
        before, cpu, began = self._memory("VmRSS"), self._cpu(), time.monotonic()
        answer = ask()
        cost = Cost(door, what, self._cpu() - cpu, time.monotonic() - began, self._memory("VmHWM") - before)
        cost.wrong += _wrong_answer(door, answer, says)
        return cost.judged()

    def _memory(self, name: str) -> float:
        found = re.search(rf"{name}:\s+(\d+) kB", Path(f"/proc/{self.pid}/status").read_text())
        assert found
        return int(found[1]) / 1024

    def _cpu(self) -> float:
        words = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(words[11]) + int(words[12])) / TICKS


def _wrong_answer(door: str, answer: httpx.Response, says: str) -> Iterator[str]:
    good = {200} if door == "admin" else range(400, 500)
    if answer.status_code not in good:
        yield f"answered {answer.status_code}"
    text = html.unescape(answer.text)
    if "Traceback" in text or (says and says not in text.replace('\\"', '"')):
        yield f"does not say {says!r}"
    if door == "api" and not says and '"error"' not in text:
        yield "has no error in the one shape"


# ---- doors


def sendable(case: Broken) -> bool:
    try:
        return case.format == "toml" and bool(case.text.decode())
    except UnicodeDecodeError:
        return False


def api(server: Server) -> Iterator[Cost]:
    def post(body: Any) -> Callable[[], httpx.Response]:
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        return lambda: server.api.post("/api/jobs/", content=sent, headers=headers)

    for case in filter(sendable, ALL):
        yield server.cost("api", case.name, post({"name": "x", "toml": case.text.decode()}), "field")
    for what, name in NAMES.items():
        yield server.cost("api", f"name: {what}", post({"name": name, "toml": HELLO.decode()}), '"name"')
    for what, body in BODIES.items():
        yield server.cost("api", f"body: {what}", post(body))
    for query in QUERIES:
        yield server.cost("api", query, lambda query=query: server.api.get(f"/api/runs/?{query}"), "field")
    for token in TOKENS:
        headers = {b"Authorization": b"Bearer " + token.encode("latin-1")}
        yield server.cost(
            "api",
            f"token {token[:20]!r}",
            lambda headers=headers: httpx.get(f"{server.base}/api/jobs/", headers=headers),
        )


def pages(server: Server) -> Iterator[Cost]:
    for case in filter(sendable, ALL):
        form = {"name": "x", "toml": case.text.decode()}
        yield server.cost(
            "pages", case.name, lambda form=form: server.post("/new-job/", **form), case.message
        )
    for what, name in NAMES.items():
        form = {"name": name.encode(errors="surrogateescape"), "toml": HELLO.decode()}
        yield server.cost("pages", f"name: {what}", lambda form=form: server.post("/new-job/", **form))
    for what, value in {"empty": "", "NUL": "a" * 9 + "\0", "70 KB": "x" * 70_000}.items():
        form = {"name": "k", "value": value}
        yield server.cost(
            "pages", f"secret: {what}", lambda form=form: server.post("/settings/secrets/", **form), "value"
        )
    for days in ("", "-1", "x", "9" * 400, "½"):
        form = {"name": "t", "scope": "read", "days": days}
        yield server.cost(
            "pages", f"days {days[:9]!r}", lambda form=form: server.post("/settings/tokens/", **form), "days"
        )


def admin(server: Server) -> Iterator[Cost]:
    more = {"schedules-TOTAL_FORMS": 0, "schedules-INITIAL_FORMS": 0}
    for case in filter(sendable, ALL):
        form = {"name": "x", "text": case.text.decode(), **more}
        says = "" if b"\0" in case.text else case.message
        yield server.cost(
            "admin", case.name, lambda form=form: server.post("/admin/jobs/job/add/", **form), says
        )
    for what, name in NAMES.items():
        form = {"name": name.encode(errors="surrogateescape"), "text": HELLO.decode(), **more}
        yield server.cost(
            "admin", f"name: {what}", lambda form=form: server.post("/admin/jobs/job/add/", **form)
        )


def runjob(server: Server) -> Iterator[Cost]:
    command = [sys.executable, str(ROOT / "manage.py"), "runjob", "--file"]
    environment = {**server.mxx.environment, "MXX_HOME": str(server.folder / "scratch")}
    yield from _of_files(server, "runjob", command, environment, ALL, (2,), good=0)


def client(server: Server) -> Iterator[Cost]:
    command = [sys.executable, str(ROOT / "client"), "register"]
    environment = {**server.mxx.environment, "MXX_SERVER_PORT": str(server.mxx.port)}
    yield from _of_files(server, "client", [*command, "--job-id", "x"], environment, ALL, (1, 2), good=0)
    (file := server.folder / "hello.toml").write_bytes(HELLO)
    for what, name in NAMES.items():
        if "\0" not in name:  # no command line holds one
            spent = _spent([*command, f"--job-id={name}", str(file)], environment)
            yield _of_command("client", f"name: {what}", spent, (0.0, 0.0), (1, 2), "")


def plugins(server: Server) -> Iterator[Cost]:
    command = [sys.executable, str(ROOT / "client"), "plugins", "check"]
    for number, case in enumerate(BROKEN):
        (file := server.folder / f"plugin{number}" / "backup.py").parent.mkdir(mode=0o700)
        file.write_bytes(case.content)
        spent = _spent([*command, str(file)], server.mxx.environment)
        yield _of_command("plugins", case.what, spent, (SECONDS, 0.0), (1, 2), case.says)


def folder(server: Server) -> Iterator[Cost]:
    """All files at once: whether each is named, and what that costs for one."""
    (place := server.folder / "jobfolder").mkdir()
    for number, case in enumerate(ALL):
        (place / f"{number}.{case.format}").write_bytes(case.text)
    command = [sys.executable, str(ROOT / "manage.py"), "syncjobs", str(place)]
    spent = _spent(command, {**server.mxx.environment, "MXX_HOME": str(server.folder / "scratch")})
    cost = Cost("folder", f"{len(ALL)} files", spent.cpu / len(ALL), spent.wall, 0.0)
    for number, case in enumerate(ALL):
        if f"{number}.{case.format}: " not in spent.err:
            cost.wrong.append(f"{case.name} is not named")
    cost.wrong += [] if spent.code == 2 else [f"ended with {spent.code}"]
    yield cost.judged()


@dataclass(frozen=True)
class Spent:
    code: int
    out: str
    err: str
    cpu: float
    wall: float
    peak: float
    """MB"""


def _of_files(
    server: Server,
    door: str,
    command: list[str],
    environment: dict[str, str],
    cases: list[Broken],
    codes: tuple[int, ...],
    good: int,
) -> Iterator[Cost]:
    (place := server.folder / door).mkdir()
    (place / "good.toml").write_bytes(HELLO.replace(b"hello", b"true"))
    _spent([*command, str(place / "good.toml")], environment)  # the first one also migrates
    well = _spent([*command, str(place / "good.toml")], environment)
    assert well.code in (good, 1), well.err
    for number, case in enumerate(cases[:: server.every]):
        (file := place / f"{number}.{case.format}").write_bytes(case.text)
        spent = _spent([*command, str(file)], environment)
        yield _of_command(door, case.name, spent, (well.cpu, well.peak), codes, case.message)


def _of_command(
    door: str, what: str, spent: Spent, usual: tuple[float, float], codes: tuple[int, ...], says: str
) -> Cost:
    cpu, peak = usual
    cost = Cost(
        door, what, max(0.0, spent.cpu - cpu), spent.wall, max(0.0, spent.peak - peak) if peak else 0.0
    )
    cost.wrong += [] if spent.code in codes else [f"ended with {spent.code}: {spent.err[-200:]}"]
    if "Traceback" in spent.err + spent.out:
        cost.wrong.append("shows a traceback")
    if says not in spent.err + spent.out:
        cost.wrong.append(f"does not say {says!r}: {spent.err[-200:]!r}")
    return cost.judged()


def _spent(command: list[str], environment: dict[str, str]) -> Spent:
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        began = time.monotonic()
        process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - began
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode(errors="replace"))
    cpu = usage.ru_utime + usage.ru_stime
    return Spent(process.returncode, texts[0], texts[1], cpu, wall, usage.ru_maxrss / 1024)


DOORS: dict[str, Callable[[Server], Iterator[Cost]]] = {
    "api": api,
    "pages": pages,
    "admin": admin,
    "folder": folder,
    "plugins": plugins,
    "runjob": runjob,
    "client": client,
}

if __name__ == "__main__":
    sys.exit(main())
