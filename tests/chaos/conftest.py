from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.databases import copied, on_postgresql
from tests.chaos.mxx import Mxx


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose database has nothing in it. Migrating is half of what a first start costs, so it is done once."""
    home = tmp_path_factory.mktemp("migrated") / "home"
    home.mkdir(mode=0o700)
    for mxx in [Mxx(home, DATABASE_URL=""), *([Mxx(home)] if on_postgresql() else [])]:
        migrating = mxx.command("migrate", "--verbosity=0")
        _, err = migrating.communicate(timeout=120)
        assert migrating.returncode == 0, err
    return home


@pytest.fixture(scope="module")
def on_sqlite(migrated: Path) -> Iterator[None]:
    """For files whose promises are about that database, wherever the others are tested."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MXX_TEST_ON", raising=False)
        yield


@pytest.fixture
def home(tmp_path: Path, migrated: Path) -> Path:
    """Where no MXX was before, but for the empty database."""
    return copied(migrated, tmp_path / "home")


@pytest.fixture
def mxx(home: Path) -> Iterator[Mxx]:
    """A serving MXX of the test's own; stopped at the end whatever happened to it."""
    one = Mxx(home).up()
    yield one
    one.stop()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[Mxx]:
    """One serving MXX for the tests of a file that leave it as it was; their jobs have different names."""
    one = Mxx(copied(migrated, tmp_path_factory.mktemp("served") / "home")).up()
    yield one
    one.stop()
