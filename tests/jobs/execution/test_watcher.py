from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jobs.execution.watcher import Bell, bell_in
from jobs.services.announce import wake, wake_folder


@pytest.fixture
def home(settings: Any, tmp_path: Path) -> Path:
    settings.MXX_HOME = tmp_path
    return tmp_path


@pytest.fixture
def bell(home: Path) -> Any:
    bell = Bell(wake_folder())
    yield bell
    bell.close()


def test_a_commit_elsewhere_rings_once(bell: Bell) -> None:
    wake()
    wake()
    assert bell.wait(30)
    assert not bell.wait(0)


def test_the_socket_of_a_dead_supervisor_is_cleared_away(home: Path) -> None:
    bell = Bell(wake_folder())
    bell._socket.close()  # as a kill -9 leaves it
    wake()
    assert list(wake_folder().iterdir()) == []


def test_a_supervisor_that_does_not_listen_blocks_nobody(bell: Bell) -> None:
    for _ in range(2000):
        wake()
    assert bell.wait(0)


def test_a_home_too_deep_for_a_socket_does_without(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 120)
    deep.mkdir()
    assert bell_in(deep) is None
