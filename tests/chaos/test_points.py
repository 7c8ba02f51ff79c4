"""kill -9 at each named place between a due moment and its recorded end; the same audit for all of them."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from importlib import import_module
from operator import attrgetter
from pathlib import Path

import pytest

from tests.chaos import processes
from tests.chaos.audit import Done, audit
from tests.chaos.cell import Cell, Load
from tests.chaos.instrumented import POINTS
from tests.chaos.mxx import until
from tests.chaos.storm import come_to_rest
from tests.chaos.tables import tables_on

SERVER = (
    "before_rows",
    "after_rows",
    "after_advance",
    "before_claim",
    "after_claim",
    "before_go",
    "after_go",
)
ENDS = ("before_end", "in_end", "after_end")
CUSTODY = ("before_marker", "after_marker", "before_result", "after_result")
COSTS_THE_RUN = ("after_marker", "before_result")

MakeCell = Callable[[str], Cell]


@pytest.fixture
def cell_on(tmp_path: Path, home: Path) -> Iterator[MakeCell]:
    """A cell on the database of that kind; (tmp_path / "points") is where processes announce themselves."""
    made: list[Cell] = []

    def make(database: str) -> Cell:
        (tmp_path / "points").mkdir()
        made.append(Cell(home, tables_on(database, home)))
        return made[-1]

    yield make
    for cell in made:
        cell.close()


@pytest.mark.parametrize("point", POINTS)
def test_each_place_is_one_of_the_product(point: str) -> None:
    """Else whoever is killed there would be waited for in vain."""
    module, path, _ = POINTS[point]
    assert callable(attrgetter(path)(import_module(module)))


def at(cell: Cell, *points: str) -> dict[str, str]:
    """The environment in which the first process that comes to one of them stands."""
    return {"CHAOS_POINT": " ".join(points), "CHAOS_AT": str(cell.home.parent / "points")}


def who_stands(cell: Cell, point: str) -> int:
    """Its pid, once somebody does."""
    file = cell.home.parent / "points" / point
    until(lambda: file.exists() and file.read_text().endswith("\n"), 90, f"{point}\n{cell.said()}")
    return int(file.read_text())


def go_on(cell: Cell, point: str) -> None:
    (cell.home.parent / "points" / f"{point}.go").touch()


def load_of(seconds: int) -> Load:
    return Load(jobs=1, seconds=seconds)


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_supervisor_killed_at_any_place_costs_nothing(cell_on: MakeCell, database: str) -> None:
    cell, load = cell_on(database), load_of(2)
    cell.prepare(load)
    points = (*SERVER, *ENDS) if database == "sqlite" else ("after_rows", "after_claim", "in_end")
    for point in points:
        cell.start_supervisor(**at(cell, point))
        cell.kill(who_stands(cell, point))
    cell.start_supervisor()
    come_to_rest(cell, load)
    assert audit(cell, load, Done(hand_overs=2 * len(points) + 1)) == []


def test_keepers_killed_at_each_place_cost_their_own_runs_at_most(cell_on: MakeCell) -> None:
    """Four keepers: at each place the first that comes there."""
    cell, load = cell_on("sqlite"), load_of(5)
    cell.prepare(load)
    cell.start_supervisor(**at(cell, *CUSTODY))
    for point in CUSTODY:
        cell.kill(who_stands(cell, point))
    come_to_rest(cell, load)
    assert audit(cell, load, Done(hand_overs=1, custody_kills=len(COSTS_THE_RUN))) == []


def test_a_keeper_that_wakes_after_its_run_was_queued_again_does_nothing(cell_on: MakeCell) -> None:
    """The marker is what fences it off: `--break marker` of the soak shows it."""
    cell, load = cell_on("sqlite"), load_of(5)
    cell.prepare(load)
    cell.start_supervisor(**at(cell, "before_marker"))
    who_stands(cell, "before_marker")
    until(lambda: any(row.attempt == 2 and row.is_over for row in cell.tables.rows()), 30, "a second attempt")
    go_on(cell, "before_marker")
    come_to_rest(cell, load)
    assert audit(cell, load, Done(hand_overs=1)) == []


def test_a_leader_stopped_inside_its_transaction_is_replaced_and_writes_nothing_when_it_wakes(
    cell_on: MakeCell,
) -> None:
    """On PostgreSQL. A stopped writer of SQLite keeps the file to itself, whatever others do."""
    cell, load = cell_on("postgresql"), load_of(12)
    cell.prepare(load)
    first = cell.start_supervisor(**at(cell, "after_rows"))
    assert who_stands(cell, "after_rows") == first
    processes.signal_to(first, signal.SIGSTOP)
    cell.start_supervisor()
    until(lambda: any(row.is_over for row in cell.tables.rows()), 30, "the second leads")
    go_on(cell, "after_rows")
    processes.signal_to(first, signal.SIGCONT)
    come_to_rest(cell, load)
    assert audit(cell, load, Done(hand_overs=3)) == []


def test_run_now_whose_answer_never_came_is_one_run_when_asked_again_with_its_key(cell_on: MakeCell) -> None:
    cell = cell_on("sqlite")
    cell.prepare()
    cell.start_supervisor()
    web = cell.start_web(**at(cell, "in_manual"))
    cell.healthy()
    asking = threading.Thread(target=pressed, args=(cell,))
    asking.start()
    assert who_stands(cell, "in_manual") == web
    cell.kill(web)
    asking.join()
    cell.start_web()
    until(lambda: pressed(cell), 30, "an answer")
    load = Load(jobs=0, seconds=0)
    come_to_rest(cell, load)
    assert audit(cell, load, Done(acknowledged={"k"}, asked={"k"})) == []


def pressed(cell: Cell) -> bool:
    try:
        return bool(cell.mxx.ask("POST", "jobs/by-hand/trigger/", {}, {"Idempotency-Key": "k"})[0] == 202)
    except OSError:
        return False
