"""The sweep of one lost run holds up nobody."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jobs.execution.sweeps import Sweeps
from jobs.models import Run
from plugins.custody.backends import backend
from tests.plugins.custody.kit import Home, Zygote, adversary, lifetime, living, until

GRACE = 2.0


@pytest.fixture
def home(tmp_path: Path, settings: Any) -> Iterator[Home]:
    settings.MXX_HOME = tmp_path
    opened = Home(tmp_path, Zygote().ready())
    yield opened
    opened.close()
    opened.zygote.close()


def test_a_long_grace_is_waited_for_elsewhere_and_its_receipt_is_told_once(
    home: Home, tmp_path: Path
) -> None:
    folder = tmp_path / "marks"
    run = home.go(adversary("deaf_ghost", folder), lifetime(3600), grace=GRACE)
    until(lambda: living(folder))
    os.kill(run.keeper().pid, 9)
    until(lambda: not backend().alive(run.keeper()))
    sweeps, lost, began = Sweeps(), Run(pk=1, attempt=1), time.monotonic()
    assert sweeps.receipt_of(lost) is None
    assert time.monotonic() - began < GRACE / 2
    receipt = until(lambda: sweeps.receipt_of(lost))
    assert (receipt["left"], living(folder)) == (0, [])
    assert time.monotonic() - began >= GRACE
