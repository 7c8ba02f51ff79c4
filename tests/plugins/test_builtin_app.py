from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from plugins.builtin.app import App
from plugins.builtin.lifetime import Lifetime
from plugins.builtin.os_exec import OsCommand
from plugins.testing import Pretend, Stop, rehearse

LONG = {"MAA.exe": Pretend(lasts=3600)}


def test_an_app_is_started_from_its_folder_and_in_it() -> None:
    launch = rehearse(App("MAA.exe", path="/tools/maa", args=["-q"]), Lifetime(60), programs=LONG).launches[0]
    assert launch.argv == ["/tools/maa/MAA.exe", "-q"]
    assert launch.request
    assert launch.request.cwd == "/tools/maa"


def test_an_app_of_scoop_is_found_where_scoop_keeps_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCOOP", "/scoop")
    played = rehearse(App("MAA.exe", pkg="maa"), Lifetime(60), programs=LONG)
    assert played.launches[0].argv == ["/scoop/apps/maa/current/MAA.exe"]


def test_without_scoop_in_the_environment_it_is_in_the_users_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SCOOP", raising=False)
    played = rehearse(App("MAA.exe", pkg="maa"), Lifetime(60), programs=LONG)
    assert played.launches[0].argv == [str(Path.home() / "scoop/apps/maa/current/MAA.exe")]


@pytest.mark.parametrize(("seconds", "started"), [(6.9, ["MAA.exe"]), (7.1, ["MAA.exe", "next"])])
def test_the_next_action_waits_for_the_delay(seconds: float, started: list[str]) -> None:
    played = rehearse(
        App("MAA.exe", path="/x", delay=7), OsCommand(["next"]), programs=LONG, stop=Stop(seconds)
    )
    assert [launch.name for launch in played.launches] == started


def test_an_app_that_ends_early_cuts_the_delay_short() -> None:
    assert rehearse(App("MAA.exe", path="/x"), programs={"MAA.exe": Pretend(lasts=2)}).seconds == 2


def test_an_app_that_is_not_there_fails_the_run() -> None:
    played = rehearse(App("MAA.exe", path="/x"), programs={"MAA.exe": Pretend(missing=True)})
    assert (played.status, played.reason) == ("failed", "cannot start MAA.exe: not found")


@pytest.mark.parametrize(
    ("options", "option"),
    [
        ({"targetExe": ""}, "targetExe"),
        ({"targetExe": "a"}, "path"),
        ({"targetExe": "a", "pkg": "b", "scoop": False}, "path"),
    ],
)
def test_an_app_that_nobody_could_find_is_refused_on_save(options: dict[str, Any], option: str) -> None:
    assert [problem[0] for problem in App.check(options)] == [option]
