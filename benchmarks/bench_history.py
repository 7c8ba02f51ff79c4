"""1,000 jobs and 1,000,000 runs: what lists and pages cost, 100 clients at once, 200 who watch runs.

    python benchmarks/bench_history.py [sqlite|postgresql]... [--runs 1000000] [--only costs,clients,pollers,writer]

costs: each list of the API and each page, asked in a process of its own: p50 by the clock and of the processor,
statements, bytes packed. The floor is an answer that asks the database for nothing but who asks (`/api/`, a 404).
clients: 100 who read the latest 50 as fast as they get them, for 60 s. pollers: 200 pages of 20 live runs, once a second.
writer: one Chromium on the page of a run that writes 10 MB/s.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from itertools import product
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.clients import Seen, ask_all
from benchmarks.gauges import between, cpu_times, say, spread
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
WORDS = ("refused", "emulator booted", '"战斗"', "nowhere")
PAGES = ("/", "/jobs/", "/jobs/job-0/", "/jobs/job-500/", "/runs/", "/runs/?job=job-0&status=bad", "/next/")
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
            mxx = Mxx(home, **({"DATABASE_URL": tables.url} if tables.url else {}))
            try:
                script(mxx, "past.py", "--jobs", str(options.jobs), "--runs", str(options.runs))
                measure(mxx, database, options.only.split(","), options.runs, options.seconds)
            finally:
                if mxx.launcher:
                    mxx.stop()
                tables.close()


def measure(mxx: Mxx, name: str, only: list[str], runs: int, seconds: float) -> None:
    if "costs" in only:
        costs(mxx, name, runs)
    if set(only) - {"costs"}:
        cookie = script(mxx, "asking.py", "--cookie").strip()
        mxx.up()
        if "clients" in only:
            clients(mxx, name, seconds)
        if "pollers" in only:
            pollers(mxx, name, cookie, seconds / 2)
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
    pages = [*PAGES, f"/runs/{runs}/", *(f"/runs/?text={words}" for words in WORDS)]
    floor = ask(mxx, ["/api/"])
    for kind, paths in (("floor", ["/api/"]), ("list", found), ("search", searches), ("page", pages)):
        told = floor if kind == "floor" else ask(mxx, paths)
        p50 = [1000 * median(one["seconds"]) for one in told]
        for one, middle in zip(told, p50, strict=True):
            if kind != "list":
                tell(f"{name}_{kind}", one, middle)
        say(f"{name}_{kind}_p50_of_{len(p50)}", median(p50), "ms", worst=f"{max(p50):.1f}")
        if kind == "list":
            tell(f"{name}_worst_list", max(told, key=lambda one: median(one["seconds"])), max(p50))


def ask(mxx: Mxx, paths: list[str]) -> list[dict]:  # type: ignore[type-arg]
    return [json.loads(line) for line in script(mxx, "asking.py", *paths).splitlines()]


def tell(name: str, one: dict, middle: float) -> None:  # type: ignore[type-arg]
    facts = {"cpu": f"{1000 * median(one['cpu']):.1f}", "queries": one["queries"], "packed": one["packed"]}
    say(f"{name}_p50", middle, "ms", path=one["path"], status=one["status"], **facts)


# ---- many at once


def clients(mxx: Mxx, name: str, seconds: float) -> None:
    queries = [path.removeprefix("/api/") for path in lists(1_000_000)]
    token = f"Authorization: Bearer {mxx.token}\r\n"
    before = cpu_times(mxx)
    seen = ask_all(
        mxx.port,
        clients=100,
        seconds=seconds,
        path=lambda client, count: f"/api/{queries[(client + count * 7) % len(queries)]}",
        headers=token,
    )
    report(f"{name}_100_clients", seen, between(before, cpu_times(mxx))["web"], seconds)


def pollers(mxx: Mxx, name: str, cookie: str, seconds: float) -> None:
    """As the page of a live run asks: from where it is, once a second."""
    mxx.save("busy", BUSY)
    live = [mxx.trigger("busy") for _ in range(20)]
    until(lambda: len(mxx.runs("status=running&job=busy")) >= 16, 30, "16 of them run")
    live = [run["id"] for run in mxx.runs("status=running&job=busy")]
    before = cpu_times(mxx)
    seen = ask_all(
        mxx.port,
        clients=200,
        seconds=seconds,
        every=1.0,
        path=lambda client, count: (
            f"/runs/{live[client % len(live)]}/log/?offset={count * 58}&line={count * 2}&attempt=1&status=running&look={1 + count % 5}"
        ),
        headers=f"Cookie: sessionid={cookie}\r\nHX-Request: true\r\nAccept-Encoding: gzip\r\n",
    )
    report(f"{name}_200_pollers", seen, between(before, cpu_times(mxx))["web"], seconds)
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
