from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.plugins.customs import Home


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """An MXX_HOME with an empty plugins folder; its runs are over when the test is."""
    made = Home(tmp_path / "home")
    made.plugins.mkdir(parents=True, mode=0o700)
    yield made
    for going in made.runs:
        going.end()
