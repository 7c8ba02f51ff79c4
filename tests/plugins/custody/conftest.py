from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.plugins.custody.kit import Home, Zygote


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    opened = Zygote().ready()
    yield opened
    opened.close()


@pytest.fixture
def home(tmp_path: Path, zygote: Zygote) -> Iterator[Home]:
    opened = Home(tmp_path, zygote)
    yield opened
    opened.close()
