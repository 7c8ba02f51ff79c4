"""Random kill -9 of supervisors, web, zygotes, keepers and runners. The long version: benchmarks/soak_kills.py."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.chaos.audit import audit
from tests.chaos.cell import Cell, Load
from tests.chaos.storm import Storm, findings
from tests.chaos.tables import tables_on


@pytest.mark.parametrize("supervisors", [1, 2])
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_no_kill_loses_or_doubles_a_due_moment(home: Path, database: str, supervisors: int) -> None:
    seed = random.SystemRandom().randrange(1 << 32)
    cell = Cell(home, tables_on(database, home), skew=1.5)
    try:
        load = Load(jobs=5, seconds=9)
        cell.prepare(load)
        storm = Storm(cell, load, seed=seed, kills=20, supervisors=supervisors)
        storm.rage()
        assert audit(cell, load, storm.done) == [], (seed, findings(storm))
    finally:
        cell.close()
