from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.mxx import Mxx


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def mxx(home: Path) -> Iterator[Mxx]:
    """A serving MXX; stopped at the end whatever happened to it."""
    one = Mxx(home).up()
    yield one
    one.stop()
