"""Databases that are restarted, locked, removed or damaged under a running MXX. Longer: benchmarks/soak_databases.py."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.chaos.audit import Done, audit
from tests.chaos.cell import Cell, Load
from tests.chaos.cluster import Cluster
from tests.chaos.mxx import Mxx, until
from tests.chaos.storm import come_to_rest
from tests.chaos.tables import Postgresql, Sqlite

pytestmark = pytest.mark.usefixtures("on_sqlite")


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    one = Cluster()
    yield one
    one.close()


def soon(seconds: int) -> Load:
    return Load(jobs=3, seconds=seconds, lead=4.0)


def wait_for(moment: datetime) -> None:
    until(lambda: datetime.now(UTC) >= moment, 60, "the moment")


def test_a_server_that_is_killed_and_restarted_loses_no_due_moment(cluster: Cluster, tmp_path: Path) -> None:
    cell, load = Cell(tmp_path / "home", Postgresql(cluster.url)), soon(8)
    try:
        cell.prepare(load)
        cell.up()
        cell.healthy()
        for seconds in (2, 5):
            wait_for(load.anchor + timedelta(seconds=seconds))
            cluster.restart()
        come_to_rest(cell, load)
        assert audit(cell, load, Done(hand_overs=1)) == []
    finally:
        cell.close()


def test_a_locked_file_delays_and_loses_nothing_and_can_be_read_meanwhile(home: Path) -> None:
    cell, load = Cell(home, Sqlite(home)), soon(6)
    try:
        cell.prepare(load)
        cell.up()
        cell.healthy()
        wait_for(load.anchor + timedelta(seconds=1))
        with closing(sqlite3.connect(cell.home / "db.sqlite3", isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            wait_for(load.anchor + timedelta(seconds=5))
            assert cell.mxx.ask("GET", "jobs/")[0] == 200
        come_to_rest(cell, load)
        assert audit(cell, load, Done(hand_overs=1)) == []
    finally:
        cell.close()


def test_a_removed_file_is_red_and_no_empty_one_takes_its_place(mxx: Mxx) -> None:
    file = mxx.home / "db.sqlite3"
    for part in mxx.home.glob("db.sqlite3*"):
        shutil.move(part, f"{part}.away")
    until(lambda: "was removed or replaced" in mxx.log.read_text(), 10, "the supervisor's end")
    assert mxx.ask("GET", "jobs/")[0] == 503
    assert not file.exists()


def test_a_damaged_file_is_refused_at_the_start_in_words(home: Path) -> None:
    mxx = Mxx(home).up()
    mxx.stop()
    with (home / "db.sqlite3").open("r+b") as file:
        file.seek(4096)
        file.write(b"junk" * 4096)
    refused = mxx.command("runscheduler")
    _, said = refused.communicate(timeout=60)
    assert refused.returncode == 2
    assert "is damaged" in said and "backup" in said and "Traceback" not in said


def test_a_server_without_a_free_connection_is_waited_for(tmp_path: Path) -> None:
    crowded = Cluster("max_connections=12", "superuser_reserved_connections=0")
    cell, load = Cell(tmp_path / "home", Postgresql(crowded.url)), soon(7)
    try:
        cell.prepare(load)
        cell.start_supervisor()
        wait_for(load.anchor + timedelta(seconds=1))
        crowd = threading.Thread(target=crowd_for, args=(cell, load.anchor + timedelta(seconds=5)))
        crowd.start()
        crowd.join()
        come_to_rest(cell, load)
        assert audit(cell, load, Done(hand_overs=1)) == []
    finally:
        cell.close()
        crowded.close()


def crowd_for(cell: Cell, end: datetime) -> None:
    """Every connection that becomes free is taken; each look also ends one of MXX's in the middle of its work."""
    import psycopg

    held: list[psycopg.Connection[tuple[object, ...]]] = []
    try:
        while datetime.now(UTC) < end:
            try:
                held.append(psycopg.connect(cell.tables.url, autocommit=True))
            except psycopg.OperationalError:
                held[0].execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                    " AND pid <> ALL(%s) LIMIT 1",
                    [[one.info.backend_pid for one in held]],
                )
    finally:
        for one in held:
            one.close()
