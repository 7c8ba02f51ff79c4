from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.mxx import Mxx


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with nothing in it. Migrating is half of what a first start costs, so it is done once."""
    home = tmp_path_factory.mktemp("migrated") / "home"
    home.mkdir(mode=0o700)
    migrating = Mxx(home).command("migrate", "--verbosity=0")
    _, err = migrating.communicate(timeout=120)
    assert migrating.returncode == 0, err
    return home / "db.sqlite3"


def home_with(database: Path, home: Path) -> Path:
    home.mkdir(mode=0o700)
    shutil.copy(database, home)
    return home


@pytest.fixture
def home(tmp_path: Path, migrated: Path) -> Path:
    """Where no MXX was before, but for the empty database."""
    return home_with(migrated, tmp_path / "home")


@pytest.fixture
def mxx(home: Path) -> Iterator[Mxx]:
    """A serving MXX of the test's own; stopped at the end whatever happened to it."""
    one = Mxx(home).up()
    yield one
    one.stop()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[Mxx]:
    """One serving MXX for the tests of a file that leave it as it was; their jobs have different names."""
    one = Mxx(home_with(migrated, tmp_path_factory.mktemp("served") / "home")).up()
    yield one
    one.stop()
