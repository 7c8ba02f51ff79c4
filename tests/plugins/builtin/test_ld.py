"""LDPlayer through a stand-in for ldpx that says "running" before it has booted and loses answers."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import psutil
import pytest

from plugins.builtin import ld
from plugins.builtin.ld import Ld
from plugins.builtin.lifetime import Lifetime
from plugins.ldconsole import Emulator, _read
from plugins.testing import Rehearsal, rehearse
from tests.plugins.builtin.conftest import Emulators
from tests.plugins.builtin.kit import TOOLS, Going, Home, only_problem, until

LOOK_AT_IT = '[os]\ncmd = ["ldpx", "console", "list2"]\n'
HOLD = '[lifetime]\nlifetime = "1m"\n'


@pytest.fixture
def here(emulators: Emulators, monkeypatch: pytest.MonkeyPatch) -> Emulators:
    """The stand-in in this process, for rehearsals: their clock jumps, the stand-in's does not."""
    monkeypatch.setenv("LDPX_STAND_IN", str(emulators.folder))
    monkeypatch.setenv("PATH", f"{TOOLS}{os.pathsep}{os.environ['PATH']}")
    return emulators


def told(emulators: Emulators, *words: str) -> None:
    subprocess.run(
        [TOOLS / "ldpx", "console", *words],
        env={**os.environ, "LDPX_STAND_IN": str(emulators.folder)},
        check=True,
    )


def test_an_emulator_is_launched_by_its_index_though_that_is_zero_and_quit_at_the_end(
    home: Home, emulators: Emulators
) -> None:
    assert home.outcome("[ld]\nindex = 0\n" + LOOK_AT_IT) == ("succeeded", "")
    assert emulators.calls == [["launch", "--index", "0"], ["quit", "--index", "0"]]
    assert not emulators.running(0)


def test_an_emulator_is_launched_by_its_name(home: Home, emulators: Emulators) -> None:
    assert home.outcome('[ld]\nname = "farm 2"\n' + LOOK_AT_IT)[0] == "succeeded"
    assert emulators.calls == [["launch", "--name", "farm 2"], ["quit", "--name", "farm 2"]]


def test_the_next_action_begins_when_android_has_started_not_when_the_emulator_says_running(
    home: Home, emulators: Emulators
) -> None:
    emulators.have({"index": 0, "name": "slow", "boots_after": 1.5})
    ran = home.play("[ld]\nindex = 0\n" + LOOK_AT_IT)
    assert "'android_started_int': 1" in ran.log
    assert "'android_started_int': 0" not in ran.log


def test_it_comes_before_an_app_that_stands_above_it_in_the_job(home: Home, emulators: Emulators) -> None:
    ran = home.play(LOOK_AT_IT + "[ld]\nindex = 0\n")
    assert [name for name in ran.hooks if "action of" in name][:2] == ["action of ld", "action of os"]


@pytest.mark.parametrize("lost", [(1,), (2, 3), (4,)])
def test_a_lost_answer_is_no_news(home: Home, emulators: Emulators, lost: tuple[int, ...]) -> None:
    emulators.have({"index": 0, "name": "LDPlayer", "boots_after": 0.2}, lose=lost)
    assert home.outcome("[ld]\nindex = 0\n" + LOOK_AT_IT) == ("succeeded", "")
    assert emulators.calls == [["launch", "--index", "0"], ["quit", "--index", "0"]]


def test_the_package_starts_after_the_boot(home: Home, emulators: Emulators) -> None:
    home.play('[ld]\nindex = 1\npkg = "com.example.game"\n' + LOOK_AT_IT)
    assert emulators.calls[1] == ["runapp", "--index", "1", "--packagename", "com.example.game"]


def test_an_unknown_emulator_fails_and_says_which_there_are(home: Home, emulators: Emulators) -> None:
    status, reason = home.outcome("[ld]\nindex = 7\n" + LOOK_AT_IT)
    assert status == "failed"
    assert reason == "there is no LDPlayer emulator 7: there are 0 (LDPlayer), 1 (farm 2)"
    assert emulators.calls == []


def test_one_that_never_boots_fails_the_run_and_is_quit(here: Emulators) -> None:
    here.have({"index": 0, "name": "stuck", "boots_after": None})
    played = rehearse(Ld(index=0, timeout=5))
    assert (played.status, played.reason) == ("failed", "emulator 0 has not booted within 5 s")
    assert here.calls == [["launch", "--index", "0"], ["quit", "--index", "0"]]


def test_one_that_will_not_quit_fails_the_run(here: Emulators) -> None:
    here.have({"index": 0, "name": "deaf", "boots_after": 0.0, "deaf": True, "quits_after": 30})
    try:
        played = rehearse(Ld(index=0), Lifetime(1))
        assert played.status == "failed"
        assert "is still running after 20 s" in played.reason
    finally:
        here.have({"index": 0, "name": "deaf"})
        told(here, "quit", "--index", "0")


def test_when_no_answer_comes_at_all_the_run_says_so(here: Emulators) -> None:
    here.have(lose=tuple(range(1000)))
    played = rehearse(Ld(index=0))
    assert (played.status, played.seconds) == ("failed", ld.PATIENCE)
    assert "list2` gave no whole answer" in played.reason


def quits_alone(home: Home, emulators: Emulators, option: str = "") -> Going:
    emulators.have({"index": 0, "name": "weak", "boots_after": 0.1, "quits_after": 2.5})
    return home.play(f'[ld]\nindex = 0\n{option}[os]\ncmd = ["sleep", "2.5"]\n{HOLD}')


def test_one_that_quits_by_itself_fails_the_run_that_is_held(home: Home, emulators: Emulators) -> None:
    result = quits_alone(home, emulators).ended()
    assert (result["status"], result["reason"]) == ("failed", "emulator 0 quit while the run was held")


def test_one_that_quits_by_itself_may_also_finish_the_run(home: Home, emulators: Emulators) -> None:
    assert quits_alone(home, emulators, 'when_quits = "finish"\n').ended()["status"] == "succeeded"


def watched(here: Emulators, seconds: float) -> Rehearsal:
    here.have({"index": 0, "name": "LDPlayer", "boots_after": 0.0}, lose=(3, 4, 6, 7, 8))
    return rehearse(Ld(index=0), Lifetime(seconds))


def test_lost_answers_while_the_run_is_held_do_not_end_it(here: Emulators) -> None:
    played = watched(here, 60)
    assert (played.status, played.reason) == ("succeeded", "")
    assert played.seconds >= 60


def test_alone_in_a_job_it_holds_the_run_until_it_quits(home: Home, emulators: Emulators) -> None:
    going = home.go('[ld]\nindex = 0\nwhen_quits = "finish"\n')
    until(lambda: "was up after" in going.log)
    told(emulators, "quit", "--index", "0")
    assert going.ended()["status"] == "succeeded"


def test_a_run_that_leaves_it_open_asks_nobody_to_quit(home: Home, emulators: Emulators) -> None:
    home.play("[ld]\nindex = 0\nclose = false\n" + LOOK_AT_IT)
    assert emulators.calls == [["launch", "--index", "0"]]


def test_one_that_was_running_before_the_run_is_left_alone(home: Home, emulators: Emulators) -> None:
    told(emulators, "launch", "--index", "0")
    try:
        assert home.outcome("[ld]\nindex = 0\n" + LOOK_AT_IT)[0] == "succeeded"
        assert emulators.calls == [["launch", "--index", "0"]]
        assert emulators.running(0)
    finally:
        told(emulators, "quit", "--index", "0")


def test_a_cancel_during_the_boot_quits_it(home: Home, emulators: Emulators) -> None:
    emulators.have({"index": 0, "name": "slow", "boots_after": None})
    going = home.go("[ld]\nindex = 0\n")
    until(lambda: emulators.running(0))
    going.stop()
    assert going.ended()["status"] == "cancelled"
    assert emulators.calls[-1] == ["quit", "--index", "0"]


def test_it_is_quit_though_the_runner_was_killed_during_the_boot(home: Home, emulators: Emulators) -> None:
    emulators.have({"index": 0, "name": "slow", "boots_after": None})
    going = home.go("[ld]\nindex = 0\n")
    until(lambda: emulators.running(0))
    (runner,) = [one for one in psutil.Process(going.keeper.pid).children() if one.name() == "mxx-runner"]
    runner.kill()
    assert going.ended()["status"] == "failed"
    assert emulators.calls[-1] == ["quit", "--index", "0"]


def test_without_ldpx_the_error_says_how_to_get_it(home: Home, tmp_path: Path) -> None:
    home.environment["PATH"] = str(tmp_path)
    status, reason = home.outcome("[ld]\nindex = 0\n")
    assert status == "failed"
    assert 'pip install "ldpx[click]"' in reason


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ("", "ld.index: is missing: which emulator?"),
        ('index = 0\nname = "farm"', "ld.index: and name are both given"),
        ("index = -1", "ld.index: must be 0 or more"),
        ('name = ""', "ld.name: is empty"),
        ('index = 0\npkg = ""', "ld.pkg: is empty"),
        ("index = 0\ntimeout = 0", "ld.timeout: must be above 0"),
        ('index = "0"', "ld.index: must be a whole number"),
        ('index = 0\nwhen_quits = "restart"', 'ld.when_quits: must be "fail" or "finish"'),
    ],
)
def test_wrong_options_are_refused_on_save(options: str, says: str) -> None:
    assert says in only_problem(f"[ld]\n{options}\n")


@pytest.mark.parametrize(
    ("line", "emulator"),
    [
        ("0,LDPlayer,0,0,0,-1,-1", Emulator(0, "LDPlayer", False, -1)),
        ("1,farm,1050,1052,1,7456,3500", Emulator(1, "farm", True, 7456)),
        ("2,farm,1050,1052,0,7456,3500,1280,720,240", Emulator(2, "farm", False, 7456)),
        ("3,a, b,0,0,0,-1,-1", Emulator(3, "a, b", False, -1)),
        ("{'id': 4, 'name': 'x', 'android_started_int': 1, 'pid': 5}", Emulator(4, "x", True, 5)),
        ("{'id': 4, 'name': 'x'}", None),
        ("{'id': __import__('os')}", None),
        ("Traceback (most recent call last):", None),
        ("0,LDPlayer,0,0", None),
    ],
)
def test_a_row_is_read_as_ldpx_or_as_ldconsole_prints_it(line: str, emulator: Emulator | None) -> None:
    assert _read(line) == emulator
