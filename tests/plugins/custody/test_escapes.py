"""Nothing that a run started outlives it, and nothing else is touched. Judged by the marks of the programs themselves."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from plugins.custody.backends import Identity, backend
from tests.plugins.custody.kit import ADVERSARY, Home, adversary, lifetime, living, marks, program, until

MODES = {
    "plain": 1,
    "grandchild": 3,
    "orphan": 1,
    "nohup": 1,
    "setsid": 2,
    "daemon": 1,
    "clearenv": 2,
    "deaf": 1,
    "deaf_child": 2,
    "ghost": 1,
    "deaf_ghost": 1,
    "everything": 2,
    "hydra": 2,
    "storm": 3,
    "pipeholder": 1,
    "phoenix": 1,
    "headless": 1,
    "suspended": 1,
}
"""How many marks stand there once the adversary has arranged itself."""


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[Path]:
    """The folder of an identical program that nobody in MXX started."""
    folder = tmp_path / "stranger"
    folder.mkdir()
    process = subprocess.Popen([sys.executable, ADVERSARY, "setsid"], cwd=folder)
    until(lambda: len(living(folder)) == 2)
    yield folder
    for pid in living(folder):
        os.kill(pid, 9)
    process.wait()


@pytest.mark.parametrize("mode", MODES)
def test_nothing_of_it_is_alive_after_its_lifetime(mode: str, home: Home, tmp_path: Path) -> None:
    folder = tmp_path / "marks"
    run = home.go(adversary(mode, folder), lifetime(3600), grace=0.3)
    until(lambda: len(marks(folder)) >= MODES[mode] and living(folder))
    run.stop()
    result = run.result()
    assert (living(folder), result["receipt"]["left"]) == ([], 0)


def test_a_deaf_child_with_an_empty_environment_ends_with_the_lifetime_and_a_stranger_does_not(
    home: Home, tmp_path: Path, stranger: Path
) -> None:
    mine = tmp_path / "mine"
    sections = [adversary(mode, mine) for mode in ("everything", "setsid", "daemon")]
    named = [(f"os#{number}", key, options) for number, (_, key, options) in enumerate(sections, 1)]
    run = home.go(*named, lifetime(1.5), grace=0.3)
    until(lambda: len(living(mine)) == 5)
    assert run.result()["status"] == "succeeded"
    assert (living(mine), len(living(stranger))) == ([], 2)


def test_stopping_one_of_two_runs_of_a_program_leaves_the_other(home: Home, tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    first, second = home.go(adversary("ghost", one)), home.go(adversary("ghost", other))
    until(lambda: living(one) and living(other))
    first.stop()
    assert first.result()["status"] == "cancelled"
    assert (living(one), len(living(other))) == ([], 1)
    second.stop()
    second.result()
    assert living(other) == []


def test_an_obedient_tree_is_gone_at_once(home: Home, tmp_path: Path) -> None:
    run = home.go(adversary("grandchild", tmp_path / "marks"), lifetime(3600), grace=5.0)
    until(lambda: len(living(tmp_path / "marks")) == 3)
    asked = time.time()
    run.stop()
    result = run.result()
    assert result["finished_at"] - asked < 1.0
    assert [other["how"] for other in result["receipt"]["others"]] == ["asked to end"] * 2


def test_a_deaf_tree_is_given_its_grace_and_then_killed(home: Home, tmp_path: Path) -> None:
    run = home.go(adversary("deaf", tmp_path / "marks"), lifetime(3600), grace=0.5)
    until(lambda: living(tmp_path / "marks"))
    run.stop()
    receipt = run.result()["receipt"]
    assert receipt["launches"][0]["how"] == "did not listen, killed"


def test_a_run_ends_with_the_program_it_waited_for_though_a_daemon_holds_its_output(home: Home) -> None:
    run = home.go(program("/bin/sh", "-c", "(trap '' HUP; exec sleep 60) & echo done"), grace=5.0)
    result = run.result()
    ended = result["receipt"]["launches"][0]["ended"]
    assert result["status"] == "succeeded"
    assert result["finished_at"] - ended < 0.5
    assert "done" in run.output()


def test_an_outsider_that_holds_the_output_does_not_hold_the_run(home: Home, tmp_path: Path) -> None:
    """A process outside the run opens the program's stdout through /proc and keeps it."""
    run = home.go(program("/bin/sh", "-c", "echo $$ > pid; exec sleep 60", cwd=str(tmp_path), wait=False))
    pid = until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text().strip())
    until(lambda: Path(f"/proc/{pid}/comm").read_text() == "sleep\n")
    with open(f"/proc/{pid}/fd/1", "wb"):
        run.stop()
        assert run.result(5)["status"] == "cancelled"


def test_programs_of_a_killed_keeper_can_be_found_by_their_mark(home: Home, tmp_path: Path) -> None:
    folder = tmp_path / "marks"
    run = home.go(adversary("setsid", folder), lifetime(3600))
    until(lambda: len(living(folder)) == 2)
    keeper = run.keeper()
    os.kill(keeper.pid, 9)
    until(lambda: not backend().alive(keeper))
    found = backend().members(run.spec.mark, keeper=None)
    assert {member.identity.pid for member in found} == set(living(folder))
    for member in found:
        backend().kill(member.identity)
    until(lambda: not living(folder))


def test_a_runner_dies_with_its_keeper(home: Home, tmp_path: Path) -> None:
    home.plugin(
        "sleepy",
        "@hook('action')\ndef act(self):\n    open('pid', 'w').write(str(os.getpid()))\n    time.sleep(60)",
    )
    run = home.cold(("sleepy", "sleepy", {}))
    pid = until(lambda: (run.dir.work / "pid").exists() and (run.dir.work / "pid").read_text())
    runner = backend().identity(int(pid))
    assert isinstance(runner, Identity)
    os.kill(run.keeper().pid, 9)
    until(lambda: not backend().alive(runner))
