"""Conditions: each skips with words that say why, and lets through otherwise."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from plugins.answers import No
from plugins.builtin.once import Once
from plugins.builtin.time_between import TimeBetween
from plugins.testing import Rehearsal, rehearse
from tests.plugins.builtin.kit import Home, only_problem

ECHO = '[os]\ncmd = ["echo", "after"]\n'
BERLIN = "Europe/Berlin"


@pytest.fixture
def program(tmp_path: Path) -> Iterator[str]:
    """The name of a program that is running."""
    name = f"mxx-t{os.getpid() % 100000}"
    shutil.copy("/bin/sleep", tmp_path / name)
    running = subprocess.Popen([tmp_path / name, "600"])
    yield name
    running.kill()
    running.wait()


def test_single_skips_while_the_program_runs_and_not_afterwards(home: Home, program: str) -> None:
    status, reason = home.outcome(f'[single]\nname = "{program}"\n{ECHO}')
    assert status == "skipped"
    assert reason.startswith(f"single: {program} is running already (process ")
    assert home.outcome(f'[single]\nname = "{program}x"\n{ECHO}') == ("succeeded", "")


def test_process_running_wants_it_or_wants_it_not(home: Home, program: str) -> None:
    there = f'[process_running]\nname = "{program}"\n'
    assert home.outcome(there + ECHO)[0] == "succeeded"
    skipped = ("skipped", f"process_running: {program} is running")
    assert home.outcome(f"{there}invert = true\n{ECHO}") == skipped


def test_process_running_skips_without_the_program(home: Home) -> None:
    skipped = ("skipped", "process_running: nobody.exe is not running")
    assert home.outcome(f'[process_running]\nname = "nobody.exe"\n{ECHO}') == skipped


def test_file_exists_wants_it_or_wants_it_not(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "ready"
    wanted, unwanted = f'[file_exists]\npath = "{path}"\n', f'[file_exists]\npath = "{path}"\ninvert = true\n'
    assert home.outcome(wanted + ECHO) == ("skipped", f"file_exists: {path} is not there")
    assert home.outcome(unwanted + ECHO)[0] == "succeeded"
    path.touch()
    assert home.outcome(wanted + ECHO)[0] == "succeeded"
    assert home.outcome(unwanted + ECHO) == ("skipped", f"file_exists: {path} is there")


def test_file_exists_may_want_it_fresh(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "ready"
    path.touch()
    os.utime(path, (time.time() - 7200, time.time() - 7200))
    wanted = f'[file_exists]\npath = "{path}"\nmax_age = '
    assert home.outcome(f'{wanted}"3h"\n{ECHO}')[0] == "succeeded"
    assert "was last changed 72" in home.outcome(f'{wanted}"1h"\n{ECHO}')[1]


def test_cpu_below_lets_a_machine_with_time_through(home: Home) -> None:
    status, reason = home.outcome(f'[cpu_below]\npercent = 100\nover = "0.1s"\n{ECHO}')
    assert status == "succeeded" or reason == "cpu_below: the processors are 100 % busy, not below 100 %"


def test_cpu_below_skips_on_a_busy_machine(home: Home) -> None:
    with subprocess.Popen(["sh", "-c", "while :; do :; done"]) as busy:
        status, reason = home.outcome(f'[cpu_below]\npercent = 0.1\nover = "0.5s"\n{ECHO}')
        busy.kill()
    assert status == "skipped"
    assert "% busy, not below 0.1 %" in reason


def at(hour: int, minute: int, **window: object) -> bool | No:
    """What time_between says at that time in Berlin."""
    with time_machine.travel(
        datetime(2026, 1, 15, hour, minute, tzinfo=UTC) - timedelta(hours=1), tick=False
    ):
        plugin = TimeBetween(**{"start": "09:00", "end": "17:30", "timezone": BERLIN, **window})  # type: ignore[arg-type]
        return plugin.is_the_time(rehearse(plugin).run)


@pytest.mark.parametrize(
    ("hour", "minute", "inside"),
    [(8, 59, False), (9, 0, True), (12, 0, True), (17, 29, True), (17, 30, False), (0, 0, False)],
)
def test_a_window_begins_with_its_start_and_ends_before_its_end(hour: int, minute: int, inside: bool) -> None:
    assert bool(at(hour, minute)) is inside
    assert bool(at(hour, minute, invert=True)) is not inside


@pytest.mark.parametrize(
    ("hour", "minute", "inside"), [(21, 59, False), (22, 0, True), (0, 0, True), (5, 59, True), (6, 0, False)]
)
def test_a_window_may_cross_midnight(hour: int, minute: int, inside: bool) -> None:
    assert bool(at(hour, minute, start="22:00", end="06:00")) is inside


def test_a_closed_window_says_what_time_it_is() -> None:
    answer = at(8, 59)
    assert isinstance(answer, No)
    assert answer.why == "it is 08:59, outside 09:00-17:30"


@time_machine.travel("2026-01-15T08:30:00Z", tick=False)
def test_without_a_zone_the_one_of_this_mxx_counts() -> None:
    inside = TimeBetween("17:00", "18:00")
    assert rehearse(inside, timezone="Asia/Tokyo").status == "succeeded"
    assert rehearse(inside, timezone="UTC").status == "skipped"


def again(hours_ago: float | None, now: str = "2026-01-15T12:00:00+01:00", **options: object) -> Rehearsal:
    """A run `now` (a Thursday), so many hours after the last success."""
    moment = datetime.fromisoformat(now)
    with time_machine.travel(moment, tick=False):
        success = None if hours_ago is None else moment.timestamp() - hours_ago * 3600
        return rehearse(Once(**options), timezone=BERLIN, last_success=success)  # type: ignore[arg-type]


def test_once_lets_a_job_through_that_never_succeeded() -> None:
    assert again(None).status == "succeeded"


@pytest.mark.parametrize(("hours_ago", "status"), [(11.9, "skipped"), (12.1, "succeeded")])
def test_once_a_day_begins_at_midnight_of_its_zone(hours_ago: float, status: str) -> None:
    assert again(hours_ago).status == status


def test_once_says_when_it_was_done() -> None:
    assert again(1).reason == "once: already succeeded today: 2026-01-15 11:00"


@pytest.mark.parametrize(("hours_ago", "status"), [(7.9, "skipped"), (8.1, "succeeded")])
def test_a_day_may_begin_at_four(hours_ago: float, status: str) -> None:
    assert again(hours_ago, reset="04:00").status == status


@pytest.mark.parametrize(("hours_ago", "status"), [(22.9, "skipped"), (23.1, "succeeded")])
def test_before_the_reset_it_is_still_yesterday(hours_ago: float, status: str) -> None:
    assert again(hours_ago, now="2026-01-15T03:00:00+01:00", reset="04:00").status == status


@pytest.mark.parametrize(("hours_ago", "status"), [(83.9, "skipped"), (84.1, "succeeded")])
def test_once_a_week_begins_on_monday(hours_ago: float, status: str) -> None:
    assert again(hours_ago, per="week").status == status


@pytest.mark.parametrize(("hours_ago", "status"), [(19.9, "skipped"), (20.1, "succeeded")])
def test_once_within_a_while(hours_ago: float, status: str) -> None:
    assert again(hours_ago, within=20 * 3600).status == status


@pytest.mark.parametrize(
    ("section", "says"),
    [
        ('[once]\nreset = "4:00"', "once.reset: must be a time of day"),
        ('[once]\nper = "month"', 'once.per: must be "day" or "week"'),
        ('[once]\nwithin = "20h"\nper = "day"', "once.within: stands in place of per"),
        ("[once]\nwithin = 0", "once.within: must be above 0"),
        ('[once]\ntimezone = "Mars/Phobos"', "once.timezone: there is no time zone 'Mars/Phobos'"),
        ('[single]\nname = ""', "single.name: is empty"),
        ('[single]\nname = "/usr/bin/sleep"', "single.name: is a path"),
        ('[process_running]\nname = "C:\\\\game.exe"', "process_running.name: is a path"),
        ('[file_exists]\npath = "ready"', "file_exists.path: must be absolute"),
        ('[file_exists]\npath = ""', "file_exists.path: must name a file"),
        ("[cpu_below]\npercent = 0", "cpu_below.percent: must be above 0"),
        ("[cpu_below]\npercent = 50\nover = 0", "cpu_below.over: must be from 0.1 s"),
        ('[time_between]\nstart = "25:00"\nend = "06:00"', "time_between.start: must be a time of day"),
        ('[time_between]\nstart = "06:00"\nend = "06:00"', "time_between.end: is the same as start"),
        (
            '[time_between]\nstart = "06:00"\nend = "07:00"\ntimezone = "x"',
            "time_between.timezone: there is no time zone",
        ),
    ],
)
def test_wrong_options_are_refused_on_save(section: str, says: str) -> None:
    assert says in only_problem(section + "\n")
