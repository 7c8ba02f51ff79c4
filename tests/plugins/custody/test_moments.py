"""That a program has exited, that its tree is empty and that its output is closed are three moments of a run."""

from __future__ import annotations

from tests.plugins.custody.kit import Going, Home, lifetime, program, sh

TOLD = ("exit", "empty", "closed")


def moments(run: Going) -> list[str]:
    run.result()
    return [event["kind"] for event in run.dir.events() if event["kind"] in TOLD]


def test_a_program_that_ends_at_once_is_one_event(home: Home) -> None:
    run = home.go(program("true"))
    assert moments(run) == ["exit"]
    (launch,) = run.result()["receipt"]["launches"]
    assert launch["ended"] <= launch["empty"] < launch["ended"] + 5
    assert abs(launch["closed"] - launch["ended"]) < 5


def test_children_that_live_on_are_told_when_they_have_ended(home: Home) -> None:
    run = home.go(sh("sleep 0.6 > /dev/null 2>&1 &", wait=False))
    assert moments(run) == ["exit", "empty"]


def test_output_that_is_held_open_is_told_when_it_is_closed(home: Home) -> None:
    run = home.go(sh("sleep 0.6 &", wait=False), lifetime(1.5))
    assert sorted(moments(run)) == ["closed", "empty", "exit"]


def test_a_program_that_closes_its_output_first_is_told_too(home: Home) -> None:
    run = home.go(sh("exec > /dev/null 2>&1; sleep 0.6"))
    assert moments(run) == ["exit", "closed"]
    (launch,) = run.result()["receipt"]["launches"]
    assert launch["closed"] < launch["ended"] - 0.2
