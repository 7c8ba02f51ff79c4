"""A runner whose run is over may have another one; what the first run was, the next one cannot tell."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from plugins.custody.backends.linux import lock_limit
from plugins.custody.backends.proc import has_lock_limit, stat
from tests.plugins.custody.kit import Going, Home, Zygote, lifetime, program, python, sh, until

TRUE = program("true")


def runners(keeper: int) -> dict[int, str]:
    """Pid -> name of the keeper's children."""
    children = Path(f"/proc/{keeper}/task/{keeper}/children").read_text().split()
    return {int(child): Path(f"/proc/{child}/comm").read_text().strip() for child in children}


def resting(run: Going) -> int:
    """The runner that its keeper has left when the run is over."""
    run.result()
    keeper = run.keeper().pid
    until(lambda: Path(f"/proc/{keeper}/comm").read_text() == "mxx-spare\n")
    [(pid, name)] = runners(keeper).items()
    assert name == "mxx-spare"
    return pid


def alone(run: Going) -> bool:
    """Whether nothing is left below its keeper."""
    run.result()
    keeper = run.keeper().pid
    return bool(until(lambda: not Path(f"/proc/{keeper}").exists() or runners(keeper) == {}))


@pytest.fixture
def fresh(home: Home) -> Home:
    """With a zygote of its own, so that its first keeper has had no run yet."""
    home.zygote = Zygote()
    return home


@pytest.fixture(autouse=True)
def ended(home: Home) -> object:
    yield
    home.zygote.close()


def test_runs_of_built_in_plugins_share_a_runner_one_after_the_other(fresh: Home) -> None:
    first = resting(fresh.go(TRUE))
    second = fresh.go(program("sleep", "60", wait=False), lifetime(0.3))
    until(lambda: runners(second.keeper().pid).get(first) == "mxx-runner")
    assert second.result()["status"] == "succeeded"
    assert resting(second) == first


def test_a_run_finds_nothing_of_the_one_before(fresh: Home) -> None:
    before = fresh.go(sh("echo $MXX_PARAM_WHO; umask"), params={"who": "first"}, umask=0o077)
    runner = resting(before)
    after = fresh.go(sh("echo [$MXX_PARAM_WHO] $PWD; umask"), umask=0o022)
    assert resting(after) == runner
    assert before.output() == "first\n0077\n"
    assert after.output() == f"[] {after.dir.file('work')}\n0022\n"


def test_it_holds_nothing_open_while_it_rests_and_stands_in_no_folder(fresh: Home) -> None:
    runner = Path(f"/proc/{resting(fresh.go(TRUE))}")
    names = {int(entry.name): os.readlink(entry) for entry in (runner / "fd").iterdir()}
    assert {names.pop(number) for number in range(4)} == {"/dev/null"}
    assert [name.partition(":")[0] for name in names.values()] == ["socket"]
    assert os.readlink(runner / "cwd") == "/"


def test_it_bears_the_mark_of_the_run_that_it_has(fresh: Home) -> None:
    runner = resting(fresh.go(TRUE))
    second = fresh.go(program("sleep", "60")).begun()
    assert has_lock_limit(runner, lock_limit(second.spec.mark))
    second.stop()
    second.result()


def test_a_plugin_of_the_users_own_has_a_process_of_its_own_that_ends_with_it(fresh: Home) -> None:
    first = resting(fresh.go(TRUE))
    custom = fresh.plugin("mine", "@hook('action')\ndef act(self, run): print(os.getpid())")
    run = fresh.go(custom, sources={"mine": str(fresh.path / "plugins" / "mine.py")})
    assert alone(run)
    assert int(run.output()) != first
    assert not Path(f"/proc/{first}").exists()


def test_a_run_that_knows_a_secret_leaves_no_runner(fresh: Home) -> None:
    resting(fresh.go(TRUE))
    assert alone(fresh.go(TRUE, secrets={"word": "sesame"}))


def test_after_a_cancel_there_is_none_left(fresh: Home) -> None:
    run = fresh.go(program("sleep", "60")).begun()
    run.stop()
    assert run.result()["status"] == "cancelled"
    assert alone(run)
    assert fresh.run(TRUE)["status"] == "succeeded"


def test_one_that_is_killed_while_it_rests_costs_no_run(fresh: Home) -> None:
    run = fresh.go(TRUE)
    os.kill(runner := resting(run), signal.SIGKILL)
    until(lambda: (found := stat(runner)) is None or found.dead)
    again = fresh.go(TRUE)
    assert again.result()["status"] == "succeeded"
    assert again.keeper() == run.keeper()


def test_one_that_is_killed_before_it_has_heard_of_its_run_costs_no_run(fresh: Home) -> None:
    runner = resting(fresh.go(TRUE))
    os.kill(runner, signal.SIGSTOP)
    run = fresh.go(TRUE)
    until(lambda: len(runners(run.keeper().pid)) == 1 and run.dir.started())
    os.kill(runner, signal.SIGKILL)
    assert run.result()["status"] == "succeeded"
    assert resting(run) != runner


def test_it_dies_with_its_keeper(fresh: Home) -> None:
    run = fresh.go(TRUE)
    runner = Path(f"/proc/{resting(run)}")
    os.kill(run.keeper().pid, signal.SIGKILL)
    until(lambda: not runner.exists())


def test_what_a_program_left_behind_is_ended_and_is_not_taken_for_it(fresh: Home) -> None:
    runner = resting(fresh.go(TRUE))
    leaves = python("import subprocess; subprocess.Popen(['sleep', '60'], start_new_session=True)")
    result = fresh.run(leaves)
    assert [other["name"] for other in result["receipt"]["others"]] == ["sleep"]
    assert resting(fresh.runs[-1]) == runner


def test_a_job_too_long_to_be_told_at_once_runs_all_the_same(fresh: Home) -> None:
    resting(fresh.go(TRUE))
    result = fresh.run(TRUE, vars={"long": "x" * 1_000_000})
    assert result["status"] == "succeeded"
