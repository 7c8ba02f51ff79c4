"""What the receipt tells beside the launches themselves."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from plugins.custody.backends.base import Identity
from plugins.custody.backends.fake import FakeBackend
from plugins.custody.receipt import receipt_of_the_lost
from tests.plugins.custody.kit import ROOT, Home, lifetime, program, python_for, sh, until


def named_sleep(folder: Path, name: str) -> str:
    (folder / name).symlink_to("/bin/sleep")
    return str(folder / name)


def test_a_stranger_of_the_same_name_is_told_and_left_alone(home: Home, tmp_path: Path) -> None:
    sleep = named_sleep(tmp_path, f"mxx-s{os.getpid()}")
    stranger = subprocess.Popen([sleep, "60"])
    try:
        run = home.go(program(sleep, "60", wait=False), lifetime(0.2))
        receipt = run.result()["receipt"]
        assert receipt["strangers"] == [{"pid": stranger.pid, "name": Path(sleep).name}]
        assert (receipt["untouched"], stranger.poll()) == (1, None)
        assert "1 started, 1 gone, 0 left, 1 of yours untouched" in run.log()
    finally:
        stranger.kill()
        stranger.wait()


@pytest.mark.skipif(os.geteuid() != 0, reason="not run: only root starts programs as another user")
def test_another_users_program_of_the_same_name_is_not_yours(home: Home, tmp_path: Path) -> None:
    name = f"mxx-t{os.getpid()}"
    theirs = subprocess.Popen([name, "60"], executable=shutil.copy("/bin/sleep", f"/tmp/{name}"), user=65534)
    try:
        result = home.run(program(named_sleep(tmp_path, name), "60", wait=False), lifetime(0.2))
        assert result["receipt"]["untouched"] == 0
    finally:
        theirs.kill()
        theirs.wait()
        os.unlink(f"/tmp/{name}")


def test_the_log_ends_with_who_had_to_be_ended(home: Home) -> None:
    run = home.go(program("sleep", "60", wait=False), lifetime(0.2))
    (launch,) = run.result()["receipt"]["launches"]
    assert f"[mxx] sleep, process {launch['pid']}: asked to end\n" in run.log()


def test_restarts_are_counted_and_say_what_they_repeat(home: Home) -> None:
    run = home.go(program("true", wait=False, check=False), lifetime(2, when_exits="restart"))
    receipt = run.result()["receipt"]
    assert [one["restart_of"] for one in receipt["launches"]][:2] == [None, 1]
    assert receipt["restarts"] == len(receipt["launches"]) - 1
    assert "restart 1" in run.log()


def test_programs_write_with_their_users_umask_and_mxx_with_its_own(home: Home, tmp_path: Path) -> None:
    run = home.go(sh(f"umask; touch {tmp_path}/theirs"), umask=0o027)
    run.result()
    assert run.output() == "0027\n"
    assert stat.S_IMODE((tmp_path / "theirs").stat().st_mode) == 0o640
    assert stat.S_IMODE(run.dir.path.joinpath("result").stat().st_mode) == 0o600
    assert stat.S_IMODE(run.dir.path.stat().st_mode) == 0o700


def test_plugin_code_writes_with_the_users_umask_too(home: Home, tmp_path: Path) -> None:
    home.plugin("writer", f"@hook('action')\ndef act(self, run):\n    open('{tmp_path}/mine', 'w').close()")
    home.cold(("writer", "writer", {}), umask=0o027).result()
    assert until(lambda: stat.S_IMODE((tmp_path / "mine").stat().st_mode) == 0o640)


def test_who_cannot_be_ended_is_not_counted_as_gone_and_takes_nobodys_place() -> None:
    world = FakeBackend()
    child = world.add("theirs", untouchable=True)
    ending = world.end_all(grace=0.1)
    launched = Identity(child.identity.pid + 1, 1)
    ledger: list[dict[str, Any]] = [
        {"intent": 1, "argv": ["bot"]},
        {"launch": 1, "at": 0.0, "pid": launched.pid},
    ]
    told = receipt_of_the_lost(ledger, ending, "strong", "")
    assert (told["started"], told["gone"], told["left"]) == (1, 1, 1)


def test_a_priority_that_may_not_be_given_is_told(tmp_path: Path) -> None:
    """Who steps back further already may not come forward, unless it is root."""
    code = "os.nice(10); from plugins.custody.programs import give_way; print(give_way(os.getpid(), 5))"
    user = 65534 if os.geteuid() == 0 else None
    python = python_for(65534) if user else sys.executable
    if not python:
        pytest.skip("not run: the other user can reach no Python of this machine")
    command = [python, "-c", f"import os; os.setsid(); {code}"]
    told = subprocess.run(command, cwd=ROOT, user=user, capture_output=True, text=True)
    assert "to give it nice = 5 is not permitted" in told.stdout
