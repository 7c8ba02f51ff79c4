"""Programs that outlive their run on purpose, in custody of their own."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from plugins.custody.backends import Identity, backend
from plugins.custody.detaching import place_of
from plugins.custody.outliving import Outliving, detached_of, stop_detached
from plugins.custody.sweep import sweep
from plugins.output import segments
from tests.plugins.custody.kit import Going, Home, lifetime, program, sh, until


@pytest.fixture
def stopped(home: Home) -> Iterator[None]:
    """Whatever a test left running ends with it."""
    yield
    for run in home.runs:
        for one in detached_of(run.dir):
            if one.alive:
                stop_detached(run.dir, one.number, "the test is over")
    until(lambda: not any(one.alive for run in home.runs for one in detached_of(run.dir)))


pytestmark = pytest.mark.usefixtures("stopped")


def only(run: Going) -> Outliving:
    (one,) = detached_of(run.dir)
    return one


def test_a_detached_program_outlives_its_run_and_the_receipt_says_so(home: Home) -> None:
    run = home.go(program("sleep", "60", detached=True))
    result = run.result()
    (launch,) = result["receipt"]["launches"]
    assert (result["status"], launch["how"], launch["pid"]) == ("succeeded", "left on purpose", only(run).pid)
    assert result["receipt"]["text"] == "1 started, 0 gone, 0 left, 1 left on purpose"
    assert only(run).alive


def test_it_ends_with_its_whole_tree_when_it_is_stopped(home: Home) -> None:
    run = home.go(sh("sleep 61 & setsid sleep 62 & wait", detached=True))
    run.result()
    keeper = Identity.of(place_of(run.dir, 1).started() or {})
    children = until(lambda: backend().members("0" * 16, keeper=keeper.pid)[2:])
    stop_detached(run.dir, 1, "stopped by a test")
    until(lambda: not only(run).alive)
    assert only(run).how == "stopped: stopped by a test"
    assert [child for child in children if backend().alive(child.identity)] == []


def test_it_knows_nothing_of_its_runs_mark_and_has_a_session_of_its_own(home: Home) -> None:
    run = home.go(program("sleep", "60", detached=True))
    run.result()
    pid = only(run).pid
    assert run.spec.mark.encode() not in Path(f"/proc/{pid}/environ").read_bytes()
    assert f"MXX_RUN_ID={run.spec.run}".encode() in Path(f"/proc/{pid}/environ").read_bytes()
    assert os.getsid(pid) == pid


def test_a_cancel_of_the_run_leaves_it_and_ends_the_others(home: Home) -> None:
    run = home.go(program("sleep", "60", detached=True), ("os#2", "os", {"cmd": ["sleep", "61"]}))
    until(lambda: len(run.dir.events()) >= 2)
    run.stop()
    assert run.result()["receipt"]["launches"][1]["how"] == "asked to end"
    assert only(run).alive


def test_it_is_not_killed_by_the_death_of_the_runs_keeper(home: Home) -> None:
    run = home.go(program("sleep", "60", detached=True), lifetime(3600))
    until(lambda: detached_of(run.dir))
    os.kill(run.keeper().pid, signal.SIGKILL)
    until(lambda: not backend().alive(run.keeper()))
    assert only(run).alive
    run.dir.write("result", {"status": "lost"})


def said(run: Going) -> bytes:
    return b"".join(record.data for record in segments.walk(Path(only(run).output)))


def test_its_output_is_kept_and_so_is_how_it_ended(home: Home) -> None:
    run = home.go(sh("echo hello; echo oops >&2; exit 3", detached=True))
    run.result()
    until(lambda: not only(run).alive)
    assert sorted(said(run).splitlines()) == [b"hello", b"oops"]
    assert (only(run).exit_code, only(run).how) == (3, "ended by itself, ended with code 3")


def test_its_output_is_masked(home: Home) -> None:
    run = home.go(sh("echo the canary sings", detached=True), secrets={"bird": "canary"})
    run.result()
    until(lambda: said(run).endswith(b"\n"))
    assert said(run) == b"the *** sings\n"


def test_its_output_is_bounded(home: Home) -> None:
    run = home.go(sh("yes | head -c 3000000", detached=True), log_limit=100_000)
    run.result()
    until(lambda: not only(run).alive)
    kept = sum(file.stat().st_size for file in Path(only(run).output).glob("*.seg"))
    assert 50_000 < kept < 200_000


def test_its_lifetime_ends_it(home: Home) -> None:
    run = home.go(program("sleep", "60", detached=True, lifetime=0.4))
    run.result()
    until(lambda: not only(run).alive)
    assert only(run).how == "stopped: its lifetime of 0.4 s was over"


def test_without_its_keeper_it_can_still_be_stopped(home: Home) -> None:
    run = home.go(program("sleep", "60", detached=True))
    run.result()
    keeper = Identity.of(place_of(run.dir, 1).started() or {})
    os.kill(keeper.pid, signal.SIGKILL)
    until(lambda: not backend().alive(keeper))
    assert only(run).alive
    stop_detached(run.dir, 1, "stopped by a test")
    assert (only(run).alive, only(run).how) == (False, "stopped: stopped by a test")


def test_one_that_cannot_be_started_fails_the_run_and_is_not_listed(home: Home) -> None:
    run = home.go(program("/nosuch/program", detached=True))
    assert run.result()["reason"] == "cannot start /nosuch/program: not found"
    assert detached_of(run.dir) == []


def test_its_stop_command_comes_first(home: Home, tmp_path: Path) -> None:
    flag = tmp_path / "flag"
    wait = f"trap '' TERM; while [ ! -e {flag} ]; do sleep 0.05; done"
    run = home.go(sh(wait, detached=True, stop=["touch", str(flag)]), grace=5.0)
    run.result()
    stop_detached(run.dir, 1, "stopped by a test")
    until(lambda: not only(run).alive)
    assert only(run).exit_code == 0


def test_the_sweep_of_its_run_leaves_it_and_tells_of_it(home: Home) -> None:
    """Also when a plugin has handed on its whole environment, with the run's mark in it."""
    launch = "run.launch(['sleep', '60'], env=dict(os.environ), detached=True); time.sleep(60)"
    run = home.cold(home.plugin("sender", f"@hook('action')\ndef act(self, run):\n    {launch}"))
    keeper = run.begun().keeper()
    (runner,) = (child for child in psutil.Process(keeper.pid).children() if child.name() == "mxx-runner")
    os.kill(keeper.pid, signal.SIGKILL)
    assert run.cold and run.cold.wait(10)
    until(lambda: not runner.is_running())  # its keeper's death ends it
    receipt = sweep(run.dir)
    assert (only(run).alive, receipt["text"]) == (True, "1 started, 0 gone, 0 left, 1 left on purpose")
    run.dir.write("result", {"status": "lost"})


def test_without_room_for_a_keeper_the_launch_is_refused(home: Home) -> None:
    """No descriptor is left for the pipes to it."""
    ready = home.path / "ready"
    launch = "run.launch(['sleep', '60'], detached=True)"
    body = f"while not os.path.exists('{ready}'): time.sleep(0.01)\n    {launch}"
    run = home.cold(home.plugin("sender", f"@hook('action')\ndef act(self, run):\n    {body}"))
    keeper = run.keeper()
    until(lambda: psutil.Process(keeper.pid).children())
    used = max(int(name) for name in os.listdir(f"/proc/{keeper.pid}/fd"))
    _, hard = resource.prlimit(keeper.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(keeper.pid, resource.RLIMIT_NOFILE, (used, hard))
    ready.touch()
    assert "cannot start sleep: no keeper for it: Too many open files" in run.result()["reason"]
