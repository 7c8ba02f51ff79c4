"""Databases that are restarted, locked, or tampered with for longer than a test may take; then the audit of tests/chaos.

    python benchmarks/soak_databases.py                    every trouble, about six minutes
    python benchmarks/soak_databases.py restarted locked   some of them

PostgreSQL is a server of the soak's own, but for the troubles that a database on the machine's bears as well.
"""

from __future__ import annotations

import argparse
import os
import signal
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import psycopg

from tests.chaos.audit import Done, audit
from tests.chaos.cell import Cell, Load
from tests.chaos.cluster import Cluster
from tests.chaos.mxx import until
from tests.chaos.storm import come_to_rest, ended, leader_of
from tests.chaos.tables import Postgresql, Tables, tables_on

BEYOND_THE_LEASE = 13.0
"""Seconds that a leader is stopped: beyond its lease (6) and its heartbeat (10)."""
Trouble = Callable[[Cell, Load], Done]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("trouble", nargs="*", choices=[*TROUBLES, []], help=", ".join(TROUBLES))
    red = [name for name in parser.parse_args().trouble or TROUBLES if not TROUBLES[name]()]
    print("red: " + ", ".join(red) if red else "all green")
    return bool(red)


def all_well(
    name: str, seconds: int, trouble: Trouble, tables: Callable[[Path], Tables], supervisors: int = 1
) -> bool:
    """Prints what the audit of one cell found."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mxx-soak-") as folder:
        home = Path(folder) / "home"
        cell, load = Cell(home, tables(home)), Load(jobs=10, seconds=seconds)
        try:
            cell.prepare(load)
            cell.up(supervisors)
            cell.healthy()
            done = trouble(cell, load)
            come_to_rest(cell, load)
            found = audit(cell, load, done)
            how = ended(cell.tables.rows())
        finally:
            cell.close()
    print(f"{name} seconds {time.monotonic() - began:.0f} load {os.getloadavg()[0]:.1f} due {load.due} {how}")
    print(f"{name} findings {len(found)}" + "".join(f"\n  {line}" for line in found[:20]), flush=True)
    return not found


# ---- restarted


def restarted() -> bool:
    """PostgreSQL killed and started again every 10 s for 2 minutes."""
    cluster = Cluster()
    try:
        return all_well(
            "restarted", 125, lambda _, load: _restart(cluster, load), lambda _: Postgresql(cluster.url)
        )
    finally:
        cluster.close()


def _restart(cluster: Cluster, load: Load) -> Done:
    for number in range(1, 13):
        _wait_for(load.anchor + timedelta(seconds=10 * number))
        cluster.restart()
    return Done(hand_overs=1)


# ---- locked


def locked() -> bool:
    """SQLite held by somebody else for 30 s: pages are read meanwhile, what is to be written is refused in words."""
    return all_well("locked", 45, _lock, lambda home: tables_on("sqlite", home))


def _lock(cell: Cell, load: Load) -> Done:
    answers: list[tuple[int, Any]] = []
    saving = threading.Thread(
        target=lambda: answers.append(
            cell.mxx.ask("POST", "jobs/", {"name": "x", "toml": '[os]\ncmd = "true"\n'})
        )
    )
    with closing(sqlite3.connect(cell.home / "db.sqlite3", isolation_level=None, timeout=20)) as other:
        other.execute("BEGIN EXCLUSIVE")
        end, slowest = time.monotonic() + 30, 0.0
        saving.start()
        while time.monotonic() < end:
            slowest = max(slowest, _seconds_to_read(cell))
            time.sleep(0.5)
    saving.join()
    [(status, answer)] = answers
    print(f"locked: slowest read {slowest * 1000:.0f} ms; a save: {status} {answer}")
    assert status == 503 and "database" in answer["error"]["message"]
    return Done(hand_overs=1)


def _seconds_to_read(cell: Cell) -> float:
    began = time.monotonic()
    assert cell.mxx.ask("GET", "jobs/")[0] == 200
    return time.monotonic() - began


# ---- a leader that is stopped


def stopped() -> bool:
    """Twice in a row, on both kinds of database."""
    well = [_stopped_on(kind) for kind in ("sqlite", "postgresql")]  # both, whatever the first says
    return all(well)


def _stopped_on(kind: str) -> bool:
    return all_well(f"stopped-{kind}", 45, _stop_twice, lambda home: tables_on(kind, home), 2)


def _stop_twice(cell: Cell, load: Load) -> Done:
    for _ in range(2):
        leader = leader_of(cell)
        os.kill(leader, signal.SIGSTOP)
        time.sleep(BEYOND_THE_LEASE)
        os.kill(leader, signal.SIGCONT)
        time.sleep(2)
    return Done(hand_overs=5)


# ---- a lease that somebody deletes


def unleased() -> bool:
    """The row that says who leads is deleted by hand, again and again, with two supervisors."""
    return all_well("unleased", 20, _delete_the_lease, lambda home: tables_on("postgresql", home), 2)


def _delete_the_lease(cell: Cell, load: Load) -> Done:
    for number in range(1, 16):
        _wait_for(load.anchor + timedelta(seconds=number))
        with psycopg.connect(cell.tables.url, autocommit=True) as connection:
            connection.execute("DELETE FROM jobs_lease")
    return Done(hand_overs=2 * 15)


# ---- deadlocks


def deadlocked() -> bool:
    """Somebody holds the table of runs, and then wants the lease from the scheduler that waits for the table."""
    return all_well("deadlocked", 25, _deadlock, lambda home: tables_on("postgresql", home))


def _deadlock(cell: Cell, load: Load) -> Done:
    for number in range(1, 6):
        _wait_for(load.anchor + timedelta(seconds=4 * number))
        with psycopg.connect(cell.tables.url) as other:
            other.execute("SET deadlock_timeout = '1h'")  # so that MXX is the one who is told
            other.execute("LOCK TABLE jobs_run IN SHARE MODE")
            until(lambda: cell.tables.ask(WAITS_TO_INSERT), 10, "the scheduler waits")
            other.execute("SELECT 1 FROM jobs_lease FOR UPDATE")
    met = sum("deadlock detected" in line for log in cell.logs for line in log.read_text().splitlines())
    print(f"deadlocked: {met} deadlocks told")
    assert met
    return Done(hand_overs=1)


WAITS_TO_INSERT = (
    "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'INSERT INTO \"jobs_run\"%'"
    " AND datname = current_database()"
)


def _wait_for(moment: datetime) -> None:
    time.sleep(max(0.0, (moment - datetime.now(UTC)).total_seconds()))


TROUBLES = {
    "restarted": restarted,
    "locked": locked,
    "stopped": stopped,
    "unleased": unleased,
    "deadlocked": deadlocked,
}

if __name__ == "__main__":
    sys.exit(main())
