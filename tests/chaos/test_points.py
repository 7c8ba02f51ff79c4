"""kill -9 at each named place between a due moment and its recorded end; what follows is the same everywhere."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.chaos import processes
from tests.chaos.audit import Done, audit
from tests.chaos.cell import Cell, Load
from tests.chaos.mxx import until
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


class Standing(Cell):
    """A cell whose first process at the point stands there."""

    def __init__(self, home: Path, point: str, database: str = "sqlite", **more: str) -> None:
        self.point, self.place = point, home.parent / "points"
        self.place.mkdir()
        super().__init__(home, tables_on(database, home), CHAOS_POINT=point, CHAOS_AT=str(self.place), **more)

    def who_stands(self) -> int:
        """Its pid, once somebody does."""
        file = self.place / self.point
        until(lambda: file.exists() and file.read_text().endswith("\n"), 30, f"{self.point}\n{self.said()}")
        return int(file.read_text())

    def go_on(self) -> None:
        (self.place / f"{self.point}.go").touch()

    def comes_to_rest(self, load: Load) -> None:
        def rested() -> bool:
            rows = self.tables.rows()
            return len(rows) >= load.due and all(row.is_over for row in rows)

        until(rested, 40, f"all over\n{self.tables.rows()}\n{self.said()}")
        self.stop()
        until(lambda: not self.leftovers(), 10, "the last keeper")


@pytest.fixture
def cells() -> Iterator[list[Cell]]:
    made: list[Cell] = []
    yield made
    for cell in made:
        cell.close()


def one_moment() -> Load:
    return Load(jobs=1, seconds=1, anchor=datetime.now(UTC) + timedelta(seconds=6))


@pytest.mark.parametrize("point", [*SERVER, *ENDS])
def test_a_supervisor_killed_there_costs_nothing(tmp_path: Path, point: str, cells: list[Cell]) -> None:
    cell, load = Standing(tmp_path / "home", point), one_moment()
    cells.append(cell)
    cell.prepare(load)
    cell.start_supervisor()
    cell.kill(cell.who_stands())
    cell.start_supervisor()
    cell.comes_to_rest(load)
    assert audit(cell, load, Done(hand_overs=3)) == []


@pytest.mark.parametrize("point", CUSTODY)
def test_a_keeper_killed_there_costs_its_own_run_at_most(
    tmp_path: Path, point: str, cells: list[Cell]
) -> None:
    cell, load = Standing(tmp_path / "home", point), one_moment()
    cells.append(cell)
    cell.prepare(load)
    cell.start_supervisor()
    cell.kill(cell.who_stands())
    cell.comes_to_rest(load)
    allowed = 1 if point in ("after_marker", "before_result") else 0
    assert audit(cell, load, Done(hand_overs=1, custody_kills=allowed)) == []


def test_a_keeper_that_wakes_after_its_run_was_queued_again_does_nothing(
    tmp_path: Path, cells: list[Cell]
) -> None:
    """The marker is what fences it off: --break marker of the soak shows it."""
    cell, load = Standing(tmp_path / "home", "before_marker"), one_moment()
    cells.append(cell)
    cell.prepare(load)
    cell.start_supervisor()
    late = cell.who_stands()
    until(
        lambda: any(row.attempt == 2 and row.is_over for row in cell.tables.rows()), 20, "the second attempt"
    )
    cell.go_on()
    until(lambda: late not in processes.marked(cell.mark), 10, "the late keeper's end")
    cell.comes_to_rest(load)
    assert audit(cell, load, Done(hand_overs=1)) == []


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_leader_stopped_inside_its_transaction_is_replaced_and_writes_nothing_when_it_wakes(
    tmp_path: Path, database: str, cells: list[Cell]
) -> None:
    cell = Standing(tmp_path / "home", "after_rows", database)
    cells.append(cell)
    load = one_moment()
    cell.prepare(load)
    first = cell.start_supervisor()
    assert cell.who_stands() == first
    cell.start_supervisor()
    processes.signal_to(first, signal.SIGSTOP)
    if database == "sqlite":  # a stopped writer holds the file: only its end lets others in
        cell.kill(first)
    until(lambda: any(row.is_over for row in cell.tables.rows()), 25, "the second leads")
    cell.go_on()
    processes.signal_to(first, signal.SIGCONT)
    cell.comes_to_rest(load)
    assert audit(cell, load, Done(hand_overs=2)) == []
