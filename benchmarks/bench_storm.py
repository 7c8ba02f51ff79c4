"""Many schedules due in the same second among many others: how soon are their rows committed, how soon are all finished?

    python benchmarks/bench_storm.py [sqlite|postgresql]... [--due 1000] [--among 10000 --among 100000] [--rows-only]

Every program writes a line of its own; those lines are counted, not our rows. A whole `manage.py up` in a temporary home.
The processor time of each process, per run, stands beside: on a busy machine it says more than the clock. `postgresql` is that
of the server's sessions for this database, and of those who write to disk for all of its databases.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.gauges import between, cpu_times, laid_out, say, server_times
from tests.chaos.mxx import ROOT, Mxx
from tests.chaos.tables import Tables, as_moment

FILL = [sys.executable, str(ROOT / "benchmarks" / "filling.py")]
LOOK = 0.005
"""Seconds between two looks for the rows: the error of the figure."""
SLOW_LOOK = 0.1
PATIENCE = 120.0
ENDED = "SELECT count(*) FROM jobs_run WHERE finished_at IS NOT NULL"
TIMES = "SELECT scheduled_for, started_at, finished_at, status FROM jobs_run"


def main() -> None:
    options = read_options()
    for database in options.databases:
        for among in options.among or [10_000, 100_000]:
            storm(database, options.due, among, finish=not options.rows_only and among <= 10_000)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("databases", nargs="*", default=["sqlite", "postgresql"])
    parser.add_argument("--due", type=int, default=1000)
    parser.add_argument("--among", type=int, action="append")
    parser.add_argument("--rows-only", action="store_true", help="do not wait for the runs")
    return parser.parse_args()


def storm(database: str, due: int, among: int, *, finish: bool) -> None:
    with laid_out(database) as (mxx, tables):
        effects = mxx.home.parent / "effects"
        effects.touch()
        at = fill(mxx, due, among, f"echo $MXX_RUN_ID >> {effects}")
        mxx.up()
        if time.time() > at - 1:
            raise SystemExit("the server was not up in time for the storm: try again on a quieter machine")
        measure(mxx, tables, at, due, f"{database}_{among}", effects if finish else None)


def fill(mxx: Mxx, due: int, among: int, script: str) -> int:
    """When the storm comes, in seconds since the epoch."""
    mxx.home.mkdir(mode=0o700)
    command = json.dumps(["sh", "-c", script])
    words = ["--due", str(due), "--idle", str(among - due), "--lead", "20", "--command", command]
    environment = {**mxx.environment, "MXX_BIND": "127.0.0.1:8765"}  # nobody listens there
    filled = subprocess.run([*FILL, *words], env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return int(filled.stdout)


def measure(mxx: Mxx, tables: Tables, at: int, due: int, name: str, effects: Path | None) -> None:
    time.sleep(at - 0.2 - time.time())
    before, server_before = cpu_times(mxx), server_times(tables)
    say(f"{name}_rows", 1000 * (rows_committed(tables, due) - at), "ms", n=due)
    if effects is None:
        return
    wait_for_all(tables, due)
    spent = between(before, cpu_times(mxx))
    server = server_times(tables)
    if server:
        spent["postgresql"] = sum(seconds - server_before.get(pid, 0.0) for pid, seconds in server.items())
    rows = tables.ask(TIMES)
    ends = [as_moment(ended).timestamp() - at for _, _, ended, _ in rows]
    starts = sorted(as_moment(started).timestamp() - at for _, started, _, _ in rows if started)
    say(f"{name}_finished", due / max(ends), "runs/s", n=due, seconds=f"{max(ends):.2f}")
    say(f"{name}_due_to_started_p99", 1000 * starts[len(starts) * 99 // 100 - 1], "ms", n=len(starts))
    for role, seconds in spent.items():
        say(f"{name}_cpu_{role}", 1000 * seconds / due, "ms/run")
    wrote = Counter(effects.read_text().split())
    lost, doubled = due - len(wrote), sum(count > 1 for count in wrote.values())
    say(f"{name}_lost", lost, "runs", doubled=doubled, statuses=dict(Counter(row[3] for row in rows)))
    if lost or doubled:
        raise SystemExit("a program did not run exactly once")


def wait_for_all(tables: Tables, due: int) -> None:
    """By one connection: on PostgreSQL each costs the server a process."""
    deadline = time.monotonic() + PATIENCE
    with tables.open() as ask:
        while ask(ENDED)[0][0] < due:
            if time.monotonic() > deadline:
                raise SystemExit(f"not all runs have ended within {PATIENCE:.0f} s")
            time.sleep(SLOW_LOOK)


def rows_committed(tables: Tables, due: int) -> float:
    """When all rows were there, in seconds since the epoch."""
    with tables.open() as ask:
        while (ask("SELECT max(id) FROM jobs_run")[0][0] or 0) < due:
            time.sleep(LOOK)
        return time.time()


if __name__ == "__main__":
    main()
