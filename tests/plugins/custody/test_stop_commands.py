"""A program's own stop command comes first, within the grace; then it is asked like everybody."""

from __future__ import annotations

from pathlib import Path

from tests.plugins.custody.kit import Home, lifetime, sh

LISTENER = "trap '' TERM; while [ ! -e {flag} ]; do sleep 0.05; done; echo told to end"


def test_a_program_that_only_its_own_command_can_end_is_ended_by_it(home: Home, tmp_path: Path) -> None:
    flag = tmp_path / "flag"
    stop = ["touch", str(flag)]
    run = home.go(sh(LISTENER.format(flag=flag), wait=False, stop=stop), lifetime(0.3), grace=5.0)
    main, command = run.result()["receipt"]["launches"]
    assert (main["how"], main["exit_code"], command["stops"]) == ("ended by itself", 0, 1)
    assert "told to end\n" in run.log()


def test_a_program_that_has_ended_gets_no_stop_command(home: Home, tmp_path: Path) -> None:
    home.run(sh("true", stop=["touch", str(tmp_path / "flag")]))
    assert not (tmp_path / "flag").exists()


def test_a_stop_command_that_fails_costs_no_time_and_the_program_is_asked(home: Home) -> None:
    result = home.run(sh("exec sleep 60", wait=False, stop=["false"]), lifetime(0.2), grace=10.0)
    assert result["receipt"]["launches"][0]["how"] == "asked to end"
    assert result["finished_at"] - result["started_at"] < 5


def test_a_stop_command_that_cannot_be_started_is_told_in_the_log(home: Home) -> None:
    run = home.go(sh("exec sleep 60", wait=False, stop=["/nosuch/stop"]), lifetime(0.2))
    assert run.result()["status"] == "succeeded"
    assert "cannot start /nosuch/stop: not found" in run.log()


def test_a_stop_command_that_hangs_ends_with_the_grace(home: Home) -> None:
    run = home.go(sh("exec sleep 60", wait=False, stop=["sleep", "61"]), lifetime(0.2), grace=0.6)
    assert [one["how"] for one in run.result()["receipt"]["launches"]] == ["asked to end"] * 2
