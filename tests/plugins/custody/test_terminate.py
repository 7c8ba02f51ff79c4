"""terminate() in a scripted world: the moments that a real machine gives once in a thousand times."""

from __future__ import annotations

import pytest

from plugins.custody.backends.base import Backend
from plugins.custody.backends.fake import FakeBackend


@pytest.fixture
def world() -> FakeBackend:
    return FakeBackend()


def test_the_fake_keeps_the_protocol(world: FakeBackend) -> None:
    backend: Backend = world
    assert backend.boot() == "fake"


def test_who_listens_is_asked_once_and_nothing_else(world: FakeBackend) -> None:
    world.add("bot", takes=0.3)
    ending = world.end_all(grace=5.0)
    assert (world.signals, ending.left) == ([("ask", "bot", 101)], [])
    assert 0.3 <= world.clock < 0.5


def test_who_does_not_listen_is_killed_after_the_grace(world: FakeBackend) -> None:
    world.add("bot", deaf=True)
    ending = world.end_all(grace=5.0)
    assert [word for word, *_ in world.signals] == ["ask", "freeze", "kill"]
    assert [member.name for member in ending.killed.values()] == ["bot"]
    assert 5.0 <= world.clock < 5.1


def test_one_that_is_born_between_two_looks_is_asked_too(world: FakeBackend) -> None:
    world.add("bot", takes=0.1, when_asked=lambda: world.add("child", takes=0.1))
    world.end_all(grace=5.0)
    assert (world.told("ask"), world.told("kill"), world.living) == (["bot", "child"], [], [])


def test_a_storm_is_frozen_before_it_is_killed(world: FakeBackend) -> None:
    storm = world.add("storm", deaf=True)
    storm.when_seen = lambda: world.add("drop", deaf=True) if world.looks % 2 else None
    ending = world.end_all(grace=0.2)
    assert (world.living, ending.left) == ([], [])
    words = [word for word, *_ in world.signals]
    assert words.index("kill") > words.index("freeze") + 1


def test_one_in_mid_air_at_the_first_empty_look_is_met_by_the_second(world: FakeBackend) -> None:
    world.add("late", deaf=True, unseen=1)
    assert (world.end_all(grace=0.0).left, world.living) == ([], [])


def test_the_next_owner_of_a_pid_is_not_signalled(world: FakeBackend) -> None:
    """One member ends between the look and its turn, and a stranger gets its pid."""
    first = world.add("first")
    second = world.add("second")
    first.when_asked = lambda: world.add("stranger", pid=second.identity.pid, launch=None)
    world.end_all(grace=1.0)
    assert (world.signals, world.living) == ([("ask", "first", first.identity.pid)], ["stranger"])


def test_who_cannot_be_signalled_is_left_and_named_and_costs_ten_seconds(world: FakeBackend) -> None:
    world.add("root's", untouchable=True)
    world.add("bot")
    ending = world.end_all(grace=1.0)
    assert ([member.name for member in ending.left], world.living) == (["root's"], ["root's"])
    assert not (ending.asked.keys() | ending.killed.keys()) & {ending.left[0].identity}
    assert world.clock < 12


def test_when_the_kernel_says_that_nobody_is_left_there_is_no_look(world: FakeBackend) -> None:
    world.end_all(grace=5.0, proof=lambda: True)
    assert (world.looks, world.clock) == (0, 0.0)


def test_strangers_live_on(world: FakeBackend) -> None:
    world.add("bot", launch=None)
    world.add("bot", deaf=True)
    world.end_all(grace=0.1)
    assert [pid for *_, pid in world.signals] == [102, 102, 102]
    assert world.living == ["bot"]


def test_waiting_for_one_that_cannot_be_signalled_costs_little(world: FakeBackend) -> None:
    world.add("root's", untouchable=True)
    ending = world.end_all(grace=1.0)
    assert [member.name for member in ending.left] == ["root's"]
    assert world.looks < 150
