"""A program that a launch hands over to becomes part of the run, or the run fails: nobody guesses."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from plugins.custody.backends import backend
from plugins.custody.claims import _pids_of
from plugins.custody.sweep import sweep
from tests.plugins.custody.kit import Going, Home, lifetime, sh, until

SERVICE = "import sys, subprocess\nfor line in sys.stdin: subprocess.Popen(line.split())"


@pytest.fixture
def player(tmp_path: Path) -> str:
    """A program of its own, as an emulator is."""
    return str(shutil.copy("/bin/sleep", tmp_path / f"player{os.getpid()}"))


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Path]:
    """Somebody outside the run who starts what is written to this pipe."""
    os.mkfifo(fifo := tmp_path / "service")
    with subprocess.Popen([sys.executable, "-c", SERVICE], stdin=os.open(fifo, os.O_RDWR)) as process:
        yield fifo
        process.kill()


def asks(service: Path, player: str, **options: object) -> tuple[str, str, dict[str, object]]:
    return sh(f"echo {player} 61 > {service}", claim=player, claim_within=5.0, **options)


def claimed(run: Going) -> int:
    return int(until(lambda: [one["pid"] for one in run.dir.ledger() if "claimed" in one])[0])


def test_what_appears_is_claimed_holds_the_run_and_ends_with_it(
    home: Home, service: Path, player: str
) -> None:
    run = home.go(asks(service, player))
    pid = claimed(run)
    run.stop()
    receipt = run.result()["receipt"]
    assert receipt["launches"][0]["claimed"] == {"pid": pid, "name": Path(player).name}
    assert [(one["pid"], one["how"]) for one in receipt["others"]] == [(pid, "asked to end")]
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_a_run_that_holds_a_claimed_program_ends_with_it(home: Home, service: Path, player: str) -> None:
    run = home.go(asks(service, player))
    os.kill(claimed(run), signal.SIGKILL)
    assert run.result()["status"] == "succeeded"


def test_what_was_there_before_is_never_claimed(home: Home, player: str) -> None:
    yours = subprocess.Popen([player, "60"])
    try:
        result = home.run(sh("true", claim=player, claim_within=0.5))
        assert result["reason"] == f"sh: no program {player} appeared within 0.5 s"
        assert yours.poll() is None
    finally:
        yours.kill()
        yours.wait()


def test_of_two_that_appear_none_is_claimed(home: Home, service: Path, player: str) -> None:
    both = f"{player} 3\n{player} 4\n"
    result = home.run(sh(f"printf '{both}' > {service}; sleep 0.6", claim=player))
    assert result["status"] == "failed"
    assert "several programs" in result["reason"] and "none is claimed" in result["reason"]


def test_two_launches_that_wait_for_one_program_are_not_both_started(home: Home, player: str) -> None:
    first = home.go(sh("true", claim=player, claim_within=20.0))
    until(first.dir.ledger)
    second = home.run(sh("true", claim=player, claim_within=0.2))
    assert "another launch waits for" in second["reason"]
    first.stop()
    assert first.result()["status"] == "cancelled"


def test_a_program_below_the_launch_itself_needs_no_claim(home: Home, player: str) -> None:
    run = home.go(sh(f"{player} 61 & wait", wait=False, claim=player), lifetime(0.5))
    (launch,) = run.result()["receipt"]["launches"]
    assert launch["claimed"] is None


def test_what_a_dead_keeper_had_claimed_is_ended_by_the_sweep(home: Home, service: Path, player: str) -> None:
    run = home.go(asks(service, player), lifetime(3600))
    pid, keeper = claimed(run), run.keeper()
    os.kill(keeper.pid, signal.SIGKILL)
    until(lambda: not backend().alive(keeper))
    identity = backend().identity(pid)
    assert identity and backend().alive(identity)
    sweep(run.dir)
    assert not backend().alive(identity)
    run.dir.write("result", {"status": "lost"})


def test_a_runner_that_dies_leaves_no_claim_behind(home: Home, player: str) -> None:
    """Its keeper keeps other runs, which would find that somebody waits."""
    first = home.go(sh("true", claim=player, claim_within=60.0))
    until(first.dir.ledger)
    runner = next(one for one in psutil.Process(first.keeper().pid).children() if one.name() == "mxx-runner")
    runner.kill()
    assert first.result()["status"] == "failed"
    second = home.run(sh("true", claim=player, claim_within=0.1))
    assert second["reason"] == f"sh: no program {player} appeared within 0.1 s"


def test_a_program_of_another_run_is_not_claimed(home: Home, player: str) -> None:
    waiting = home.go(sh("true", claim=player, claim_within=1.5))
    until(waiting.dir.ledger)
    other = home.go(("os", "os", {"cmd": [player, "61"]})).begun()
    assert waiting.result()["reason"] == f"sh: no program {player} appeared within 1.5 s"
    assert other.dir.result() is None


def test_what_appeared_before_a_cancel_is_ended_with_the_run(home: Home, service: Path, player: str) -> None:
    """Nobody had looked yet."""
    run = home.go(sh(f"sleep 61 & echo {player} 61 > {service}; wait", claim=player, claim_within=60.0))
    (pid,) = until(lambda: _pids_of(player))
    run.stop()
    assert pid in [one["pid"] for one in run.result()["receipt"]["others"]]
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_a_claim_that_cannot_be_noted_fails_with_a_sentence(home: Home, player: str) -> None:
    (home.path / "claims").write_text("in the way")
    assert f"cannot wait for {player} to appear" in home.run(sh("true", claim=player))["reason"]
