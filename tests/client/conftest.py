from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.chaos.mxx import Mxx
from tests.client.kit import Cli


@pytest.fixture(scope="session")
def cli(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cli]:
    """One server for all tests of this folder; each test names its jobs differently."""
    mxx = Mxx(tmp_path_factory.mktemp("client") / "home").up()
    cli = Cli(mxx)
    yield cli
    cli.close()
    mxx.stop()
