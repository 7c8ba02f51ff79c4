"""After a keeper's death its programs are ended, by marks they cannot easily take off, and nobody else is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from plugins.custody.backends import Identity, backend
from plugins.custody.backends.linux import RLIMIT_LOCKS, lock_limit
from plugins.custody.rundir import STARTED, RunDir
from plugins.custody.sweep import keeper_lives, sweep
from tests.plugins.custody.kit import (
    ADVERSARY,
    Going,
    Home,
    adversary,
    lifetime,
    living,
    marks,
    program,
    until,
)

LAST_PID = Path("/proc/sys/kernel/ns_last_pid")


def without_keeper(run: Going) -> RunDir:
    """Its keeper is killed as soon as it has launched something."""
    keeper = run.keeper()
    os.kill(keeper.pid, 9)
    until(lambda: not backend().alive(keeper))
    return run.dir


def test_a_ghost_is_ended_though_its_environment_is_empty_and_keeper_and_runner_are_dead(
    home: Home, tmp_path: Path
) -> None:
    folder = tmp_path / "marks"
    run = home.go(adversary("ghost", folder), lifetime(3600), grace=0.3)
    until(lambda: living(folder))
    receipt = sweep(without_keeper(run))
    assert (living(folder), receipt["left"], len(receipt["others"])) == ([], 0, 1)


def test_a_deaf_program_is_killed_after_the_grace_of_its_run(home: Home, tmp_path: Path) -> None:
    folder = tmp_path / "marks"
    run = home.go(adversary("deaf_ghost", folder), lifetime(3600), grace=0.3)
    until(lambda: living(folder))
    sweep(without_keeper(run))
    assert living(folder) == []


def test_after_a_reboot_nobody_is_signalled(home: Home, tmp_path: Path) -> None:
    folder = tmp_path / "marks"
    run = home.go(adversary("plain", folder), lifetime(3600), grace=0.3)
    until(lambda: living(folder))
    marker = Path(without_keeper(run).file(STARTED))
    told = marker.read_text()
    marker.write_text(told.replace(backend().boot(), "another boot"))
    receipt = sweep(run.dir)
    assert (len(living(folder)), receipt["left"], receipt["started"]) == (1, 0, 1)
    marker.write_text(told)
    sweep(run.dir)
    assert living(folder) == []


def test_a_run_whose_keeper_lives_is_not_swept(home: Home, tmp_path: Path) -> None:
    folder = tmp_path / "marks"
    run = home.go(adversary("plain", folder), lifetime(3600))
    until(lambda: living(folder))
    assert keeper_lives(run.dir)
    sweep(run.dir)
    assert len(living(folder)) == 1


def test_what_the_cleaning_keeper_started_is_swept_when_it_dies_too(home: Home, tmp_path: Path) -> None:
    folder = tmp_path / "marks"
    folder.mkdir()
    plugin = home.plugin(
        "helper",
        "@hook('action')\ndef act(self): time.sleep(60)\n"
        "@hook('post_action')\ndef clean(self, run):\n"
        f"    run.launch([sys.executable, {ADVERSARY!r}, 'plain'], cwd={str(folder)!r}, wait=False)\n"
        "    time.sleep(60)",
    )
    first = home.cold(plugin)
    until(lambda: any("acting" in line for line in _lines(first.dir)))
    without_keeper(first)
    second = home.cold(plugin, run=1, lost="its keeper died")
    until(lambda: living(folder))
    marker = until(lambda: second.dir.started("cleanup"))
    os.kill(marker["pid"], 9)
    until(lambda: not keeper_lives(second.dir))
    sweep(second.dir)
    assert (len(marks(folder)), living(folder)) == (1, [])


def _lines(folder: RunDir) -> list[dict[str, object]]:
    path = Path(folder.file(STARTED))
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def test_each_run_of_a_keeper_has_a_mark_of_its_own(home: Home) -> None:
    show = program(sys.executable, "-c", f"import resource; print(resource.getrlimit({RLIMIT_LOCKS})[0])")
    first = home.go(show)
    first.result()
    second = home.go(show)
    second.result()
    assert [int(run.output()) for run in (first, second)] == [
        lock_limit(run.spec.mark) for run in (first, second)
    ]


def test_where_the_limit_cannot_be_set_the_strength_says_so(home: Home) -> None:
    lower = f"import resource; resource.setrlimit({RLIMIT_LOCKS}, (99, 99))"
    run = home.cold(program("true"), before=lower)
    receipt = run.result()["receipt"]
    assert receipt["strength"] == ("kernel" if (run.dir.started() or {})["group"] else "best_effort")
    assert receipt["strength"] == "kernel" or "cannot be set" in receipt["weakness"]


# ---- a pid that is given out again


@pytest.fixture
def reused() -> Iterator[tuple[Identity, Identity]]:
    """A dead process, and a stranger that got its pid."""
    if not os.access(LAST_PID, os.W_OK):
        pytest.skip("not run: only root may choose the next pid (ns_last_pid)")
    dead = subprocess.Popen(["sleep", "60"])
    was = backend().identity(dead.pid)
    assert was is not None
    dead.kill()
    dead.wait()
    stranger = until(lambda: _with_pid(was.pid))
    now = backend().identity(was.pid)
    assert now is not None
    yield was, now
    stranger.kill()
    stranger.wait()


def _with_pid(pid: int) -> subprocess.Popen[bytes] | None:
    """None when somebody else's fork came between."""
    LAST_PID.write_text(str(pid - 1))
    process = subprocess.Popen(["sleep", "60"])
    if process.pid == pid:
        return process
    process.kill()
    process.wait()
    return None


def test_the_new_owner_of_a_pid_is_never_signalled(reused: tuple[Identity, Identity]) -> None:
    dead, stranger = reused
    machine = backend()
    acts = (machine.ask, machine.freeze, machine.kill, machine.wake, machine.alive)
    assert dead.pid == stranger.pid and not any(act(dead) for act in acts)
    assert machine.alive(stranger)


def test_not_even_when_it_was_born_in_the_same_tick(reused: tuple[Identity, Identity]) -> None:
    dead, stranger = reused
    if dead.number == stranger.number:
        pytest.skip("not run: this kernel does not number its processes (Linux before 6.9)")
    twin = stranger._replace(number=dead.number)
    assert not any(act(twin) for act in (backend().ask, backend().kill, backend().alive))
    assert backend().alive(stranger)


def test_a_sweep_leaves_the_new_owner_of_its_keepers_pid_alone(
    reused: tuple[Identity, Identity], tmp_path: Path
) -> None:
    dead, stranger = reused
    folder = RunDir(tmp_path / "run")
    folder.take_marker({**dead.told(), "boot": backend().boot(), "mark": "0123456789abcdef", "grace": 0.1})
    assert not keeper_lives(folder)
    sweep(folder)
    assert backend().alive(stranger)


def test_the_room_that_a_dead_keeper_had_taken_for_its_result_is_given_back(home: Home) -> None:
    run = home.go(program("sleep", "60")).begun()
    keeper = run.keeper()
    folder = without_keeper(run)
    assert (draft := folder.path / f".result.{keeper.pid}").exists()
    sweep(folder)
    assert not draft.exists()
    folder.write("result", {"status": "lost"})
