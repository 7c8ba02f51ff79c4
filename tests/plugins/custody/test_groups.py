"""Where the kernel hands us groups, each keeper is in one of its own, and none is left over."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from plugins.custody.backends import backend, cgroup
from plugins.custody.sweep import sweep
from tests.plugins.custody.kit import Going, Home, adversary, lifetime, living, program, until, until_there

pytestmark = pytest.mark.skipif(not cgroup.ground().path, reason=f"not run: {cgroup.ground().why_not}")


def group_of(run: Going) -> Path:
    return Path(until(lambda: run.dir.started() or None)["group"])


def test_a_run_and_all_that_it_starts_are_in_the_group_of_its_keeper(home: Home, tmp_path: Path) -> None:
    run = home.go(adversary("ghost", tmp_path / "marks"), lifetime(3600))
    until(lambda: living(tmp_path / "marks"))
    inside = cgroup.members(str(group_of(run)))
    assert {run.keeper().pid, *living(tmp_path / "marks")} <= inside
    run.stop()
    assert run.result()["receipt"]["strength"] == "kernel"


def test_a_group_lasts_as_long_as_its_keeper(home: Home) -> None:
    run = home.cold(program("true"))
    run.result()
    assert group_of(run).name.startswith("mxx-") and not group_of(run).exists()


def test_groups_that_a_program_has_made_below_it_go_with_it(home: Home, tmp_path: Path) -> None:
    run = home.cold(until_there(tmp_path / "end")).begun()
    (group_of(run) / "inner").mkdir()
    (tmp_path / "end").touch()
    run.result()
    assert not group_of(run).exists()


def test_the_sweep_finds_by_the_group_those_who_took_off_every_mark(home: Home, tmp_path: Path) -> None:
    """The program puts the limit back, empties its environment and leaves its session."""
    folder = tmp_path / "marks"
    run = home.go(adversary("unmarked", folder), lifetime(3600), grace=0.2)
    until(lambda: living(folder))
    marked = {one.identity.pid for one in backend().members(run.spec.mark, keeper=None)}
    assert marked.isdisjoint(living(folder))
    os.kill(run.keeper().pid, 9)
    until(lambda: not backend().alive(run.keeper()))
    receipt = sweep(run.dir)
    assert (living(folder), receipt["strength"], group_of(run).exists()) == ([], "kernel", False)


def test_what_dead_keepers_left_is_tidied_up_by_the_next_zygote(home: Home) -> None:
    leaf = Path(cgroup.ground().path, "mxx-1-1")
    leaf.mkdir()
    assert backend().prepare_groups()
    assert not leaf.exists()


def test_a_group_that_is_not_ours_is_never_touched(tmp_path: Path) -> None:
    other = Path(cgroup.ground().path, "not-mxx")
    other.mkdir()
    try:
        assert (cgroup.members(str(other)), cgroup.kill(str(other))) == (set(), False)
        cgroup.disband(str(other))
        assert other.exists()
    finally:
        other.rmdir()
