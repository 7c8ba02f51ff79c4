"""What macOS's means can keep, measured on Linux: PollingBackend keeps the run, the adversaries try to get away."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from plugins.custody.backends.base import Backend
from plugins.custody.backends.polling import PollingBackend
from tests.plugins.custody.kit import Going, Home, lifetime, living, marks, until
from tests.plugins.custody.test_escapes import MODES, adversary

BY_POLLING = "from plugins.custody.backends.polling import PollingBackend; keeper.backend = PollingBackend"
TRIED = ("grandchild", "orphan", "setsid", "daemon", "clearenv", "deaf_child", "ghost", "phoenix")
"""The last two leave tree, session and environment between two looks, and escape. Named in docs/custody.md. The other
ghosts escape in the same way, and `headless` by what psutil takes for a zombie."""


@pytest.fixture
def crowd(home: Home, tmp_path: Path) -> Iterator[dict[str, Going]]:
    """Each adversary in a run of its own, side by side; whoever is left is killed by the marks it wrote."""
    runs = {
        mode: home.cold(adversary(mode, tmp_path / mode), lifetime(60), before=BY_POLLING, grace=0.3)
        for mode in TRIED
    }
    until(lambda: all(len(marks(tmp_path / mode)) >= MODES[mode] for mode in TRIED), 40)
    yield runs
    for pid in [pid for mode in TRIED for pid in living(tmp_path / mode)]:
        os.kill(pid, signal.SIGKILL)


def test_who_escapes_and_who_does_not(crowd: dict[str, Going], tmp_path: Path) -> None:
    for run in crowd.values():
        run.stop()
    receipts = [run.result(40)["receipt"] for run in crowd.values()]
    escaped = {mode for mode in TRIED if living(tmp_path / mode)}
    assert "ghost" in escaped
    assert escaped <= {"ghost", "phoenix"}
    assert {receipt["strength"] for receipt in receipts} == {"best_effort"}


def test_it_keeps_the_protocol() -> None:
    polling: Backend = PollingBackend()
    me = polling.identity(os.getpid())
    assert me and polling.alive(me) and not polling.alive(me._replace(start=me.start + 1))
    assert not polling.kill(me._replace(start=me.start + 1))


def test_a_program_in_its_own_session_is_found_by_its_environment_after_the_keeper(
    home: Home, tmp_path: Path
) -> None:
    run = home.go(adversary("setsid", tmp_path / "marks"), lifetime(60))
    until(lambda: len(living(tmp_path / "marks")) == 2)
    found = PollingBackend().members(run.spec.mark, keeper=None)
    assert {member.identity.pid for member in found} == set(living(tmp_path / "marks"))
    assert {member.launch for member in found} == {1}
