"""Programs from a folder or from Scoop."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.plugins.builtin.kit import Home, only_problem


def program(folder: Path, script: str = 'echo "in $(pwd) with $*"') -> Path:
    folder.mkdir(parents=True)
    (folder / "tool").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "tool").chmod(0o700)
    return folder


def test_a_scoop_package_is_found_below_the_folder_that_scoop_names(home: Home, tmp_path: Path) -> None:
    place = program(tmp_path / "scoop" / "apps" / "bot" / "current")
    home.environment["SCOOP"] = str(tmp_path / "scoop")
    ran = home.play('[app]\npkg = "bot"\ntargetExe = "tool"\nargs = ["--daily"]\n')
    assert ran.ended()["status"] == "succeeded"
    assert f"in {place} with --daily" in ran.log


def test_without_that_variable_scoop_is_in_the_home_folder(home: Home, tmp_path: Path) -> None:
    place = program(tmp_path / "user" / "scoop" / "apps" / "bot" / "current")
    home.environment |= {"SCOOP": "", "HOME": str(tmp_path / "user")}
    assert f"in {place} with" in home.play('[app]\npkg = "bot"\ntargetExe = "tool"\n').log


def test_a_path_wins_over_a_package(home: Home, tmp_path: Path) -> None:
    place = program(tmp_path / "tools")
    ran = home.play(f'[app]\npath = "{place}"\npkg = "bot"\ntargetExe = "tool"\n')
    assert f"in {place} with" in ran.log


def test_a_package_that_is_not_there_fails_the_run_and_names_the_file(home: Home, tmp_path: Path) -> None:
    home.environment["SCOOP"] = str(tmp_path / "scoop")
    status, reason = home.outcome('[app]\npkg = "bot"\ntargetExe = "tool"\n')
    assert status == "failed"
    assert str(tmp_path / "scoop" / "apps" / "bot" / "current" / "tool") in reason


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ('path = "/usr/bin"\ntargetExe = ""', "app.targetExe: is empty"),
        ('targetExe = "tool"', "app.path: is missing"),
        ('targetExe = "tool"\npkg = "bot"\nscoop = false', "app.path: is missing"),
    ],
)
def test_wrong_options_are_refused_on_save(options: str, says: str) -> None:
    assert says in only_problem(f"[app]\n{options}\n")
