"""1,000 jobs and 1,000,000 runs: what lists and pages cost, 100 clients at once, 200 who watch runs.

    python benchmarks/bench_history.py [sqlite|postgresql]... [--runs 1000000] [--only costs,clients,pollers,writer]

costs: each list of the API, each page and each list of the admin, asked in a process of its own: p50 by the clock and of the processor,
and of those asked while nobody else was at work on the same core, statements, bytes packed. The floor is an answer that asks the database for nothing but who asks (`/api/`, a 404).
clients: 100 who read the latest 50 as fast as they get them, for 60 s. pollers: 200 viewers with pages of 20 live runs, first
once a second, then as the server says. writer: one Chromium on the page of a run that writes 10 MB/s.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.clients import Asking, Seen, ask_all
from benchmarks.gauges import between, cpu_times, say, say_machine, spread
from benchmarks.pages import WORDS, admin, pages
from benchmarks.pollers import Pages
from benchmarks.writer import watch
from tests.chaos.mxx import ROOT, Mxx, until
from tests.chaos.tables import tables_on

FILTERS = {
    "job": ("job-0", "job-500"),
    "status": ("failed", "failed,lost,timed_out"),
    "source": ("api", "webhook"),
    "since": ("{recent}",),
    "until": ("{old}",),
}
MOMENTS = {"recent": "2026-11-20T00:00:00Z", "old": "2025-09-01T00:00:00Z"}
WARM_UP = 15.0
"""Seconds: two hundred who come through the gate at once, each for the first time, are not what is measured."""
BUSY = '[job]\noverlap = "parallel"\nmax_parallel = 20\n[os]\nshell = true\ncmd = "while true; do date; sleep 0.5; done"\n'


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("databases", nargs="*", default=["sqlite", "postgresql"])
    parser.add_argument("--jobs", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--only", default="costs,clients,pollers,writer")
    options = parser.parse_args()
    for database in options.databases:
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder) / "home"
            tables = tables_on(database, home)
            mxx = Mxx(home, DATABASE_URL=tables.url)
            try:
                script(mxx, "past.py", "--jobs", str(options.jobs), "--runs", str(options.runs))
                measure(mxx, database, options.only.split(","), options.runs, options.seconds)
            finally:
                if mxx.launcher:
                    mxx.stop()
                tables.close()


def measure(mxx: Mxx, name: str, only: list[str], runs: int, seconds: float) -> None:
    say_machine()
    if "costs" in only:
        costs(mxx, name, runs)
    if set(only) - {"costs"}:
        cookie = script(mxx, "asking.py", "--cookie").strip()
        mxx.up()
        if "clients" in only:
            clients(mxx, name, seconds)
        if "pollers" in only:
            pollers(mxx, name, seconds / 2)
        if "writer" in only:
            watch(mxx, name, cookie, seconds)


def script(mxx: Mxx, file: str, *words: str) -> str:
    """Of the benchmarks, in a process of its own."""
    command = [sys.executable, str(ROOT / "benchmarks" / file), *words]
    environment = {**mxx.environment, "MXX_BIND": "127.0.0.1:8765"}  # nothing listens
    return subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout


# ---- costs


def lists(runs: int) -> list[str]:
    """No filter, each alone, each pair; the first page and one deep in."""
    given = [(name, value.format(**MOMENTS)) for name, values in FILTERS.items() for value in values]
    pairs = [pair for pair in product(given, given) if pair[0][0] < pair[1][0]]
    asked = [[], *([one] for one in given), *map(list, pairs)]
    paths = ["&".join(f"{name}={value}" for name, value in filters) for filters in asked]
    return [
        *(f"/api/runs/?{path}" for path in paths),
        *(f"/api/runs/?{path}&cursor={runs // 2}" for path in paths),
    ]


def costs(mxx: Mxx, name: str, runs: int) -> None:
    found = lists(runs)
    searches = [f"/api/runs/?text={words}" for words in WORDS]
    opened = pages(runs, datetime.now(UTC).date())
    floor = ask(mxx, ["/api/"])
    for kind, paths in (
        *(("floor", ["/api/"]), ("list", found), ("search", searches)),
        *(("page", opened), ("admin", admin(runs))),
    ):
        told = floor if kind == "floor" else ask(mxx, paths)
        calm = 1.15 * min(seconds for one in told for seconds in one["floor"])
        p50 = [1000 * median(one["seconds"]) for one in told]
        for one, middle in zip(told, p50, strict=True):
            if kind != "list":
                tell(f"{name}_{kind}", one, middle, calm)
        say(f"{name}_{kind}_p50_of_{len(p50)}", median(p50), "ms", worst=f"{max(p50):.1f}")
        if kind == "list":
            tell(f"{name}_worst_list", max(told, key=lambda one: median(one["seconds"])), max(p50), calm)


def ask(mxx: Mxx, paths: list[str]) -> list[dict]:  # type: ignore[type-arg]
    return [json.loads(line) for line in script(mxx, "asking.py", *paths).splitlines()]


def tell(name: str, one: dict, middle: float, calm: float) -> None:  # type: ignore[type-arg]
    """calm: seconds of the floor up to which nobody else was at work on the same core. What was asked then tells of MXX, all of
    it of the machine too."""
    asked = zip(one["seconds"], one["floor"], strict=True)
    undisturbed = [1000 * seconds for seconds, floor in asked if floor <= calm]
    facts = {
        "cpu": f"{1000 * median(one['cpu']):.1f}",
        "undisturbed": f"{median(undisturbed):.1f}" if undisturbed else "never",
        "of": len(undisturbed),
        "queries": one["queries"],
        "packed": one["packed"],
    }
    say(f"{name}_p50", middle, "ms", path=one["path"], status=one["status"], **facts)


# ---- many at once


def clients(mxx: Mxx, name: str, seconds: float) -> None:
    queries = [path.removeprefix("/api/") for path in lists(1_000_000)]
    token = f"Authorization: Bearer {mxx.token}\r\n"
    before = cpu_times(mxx)
    asking = Asking(
        mxx.port,
        lambda client, count: f"/api/{queries[(client + count * 7) % len(queries)]}",
        lambda client: token,
    )
    seen = ask_all(asking, clients=100, seconds=seconds)
    report(f"{name}_100_clients", seen, between(before, cpu_times(mxx))["web"], seconds)


def pollers(mxx: Mxx, name: str, seconds: float) -> None:
    cookies = script(mxx, "asking.py", "--viewers", "200").split()
    mxx.save("busy", BUSY)
    live = [mxx.trigger("busy") for _ in range(20)]
    until(lambda: len(mxx.runs("status=running&job=busy")) >= 16, 30, "16 of them run")
    live = [run["id"] for run in mxx.runs("status=running&job=busy")]
    for how, obedient in (("every_1.0_s", False), ("as_told", True)):
        pages = Pages(mxx.port, live, cookies, obedient)
        ask_all(pages.asking(), clients=200, seconds=WARM_UP)
        before, began = cpu_times(mxx), time.perf_counter()
        seen = ask_all(pages.asking(), clients=200, seconds=seconds)
        taken = time.perf_counter() - began
        report(f"{name}_200_pollers_{how}", seen, between(before, cpu_times(mxx))["web"], taken)
        say(f"{name}_200_pollers_{how}_lines", pages.lines, "lines", stories=pages.stories)
    mxx.ask("DELETE", "jobs/busy/?cancel=true")
    until(lambda: not mxx.runs("status=queued,claimed,running,stopping"), 60, "all have ended")


def report(name: str, seen: Seen, cpu: float, seconds: float) -> None:
    spread(name, seen.seconds)
    say(f"{name}_errors", seen.errors, "of", asked=len(seen.seconds), statuses=dict(seen.statuses))
    say(
        f"{name}_web_cpu",
        100 * cpu / seconds,
        "% of a core",
        a_request_ms=f"{1000 * cpu / max(1, len(seen.seconds)):.1f}",
    )


if __name__ == "__main__":
    main()
