from __future__ import annotations

from typing import Any

import pytest

from plugins.builtin.lifetime import Lifetime
from plugins.builtin.os_exec import OsCommand
from plugins.testing import Pretend, Rehearsal, Stop, rehearse


def held(lifetime: Lifetime, *programs: Pretend, **how: Any) -> Rehearsal:
    """A run of programs p1, p2, ... under this lifetime."""
    named = {f"p{number}": program for number, program in enumerate(programs, 1)}
    return rehearse(*(OsCommand([name], wait=False) for name in named), lifetime, programs=named, **how)


def test_a_run_is_held_for_its_lifetime_and_no_longer() -> None:
    played = held(Lifetime(60), Pretend(lasts=3600))
    assert (played.status, played.seconds) == ("succeeded", 60)


def test_by_default_a_run_holds_on_when_its_programs_have_ended() -> None:
    assert held(Lifetime(60), Pretend(lasts=5)).seconds == 60


def test_finish_ends_the_run_with_the_last_tree() -> None:
    played = held(Lifetime(60, "finish"), Pretend(lasts=5, tree=9), Pretend(lasts=3))
    assert (played.status, played.seconds) == ("succeeded", 9)


def test_fail_makes_an_early_end_a_failure_with_the_code() -> None:
    played = held(Lifetime(60, "fail"), Pretend(lasts=5, code=3))
    assert (played.status, played.reason) == ("failed", "p1 ended with code 3 before its lifetime was over")


def test_restart_starts_it_again_after_a_second_and_then_ever_more_slowly() -> None:
    played = held(Lifetime(20, "restart"), Pretend(lasts=0.1))
    assert (played.status, played.seconds) == ("succeeded", 20)
    assert 4 <= len(played.launches) <= 6
    assert "p1 had ended; started again" in played.log[0]


def test_restart_leaves_those_alone_that_are_alive() -> None:
    played = held(Lifetime(20, "restart"), Pretend(lasts=3600), Pretend(lasts=15))
    assert [launch.name for launch in played.launches] == ["p1", "p2", "p2"]


@pytest.mark.parametrize("when_exits", ["keep", "finish", "fail", "restart"])
def test_a_lifetime_without_programs_is_only_a_wait(when_exits: Any) -> None:
    assert rehearse(Lifetime(5, when_exits)).seconds == 5


def test_a_cancel_ends_a_lifetime() -> None:
    played = held(Lifetime(60), Pretend(lasts=3600), stop=Stop(7))
    assert (played.status, played.seconds) == ("cancelled", 7)


def test_a_timeout_before_the_lifetime_is_a_failure() -> None:
    assert held(Lifetime(60), Pretend(lasts=3600), timeout=10).status == "timed_out"


def test_names_in_the_prototypes_kill_list_are_handed_over() -> None:
    lifetime = Lifetime(1)
    lifetime.killList.append(("process", "game.exe"))
    assert held(lifetime).run.kill_names == ["game.exe"]


@pytest.mark.parametrize("length", [0, -1])
def test_a_lifetime_of_nothing_is_refused_on_save(length: float) -> None:
    assert Lifetime.check({"lifetime": length}) == [("lifetime", "must be above 0", 'lifetime = "1h"')]
