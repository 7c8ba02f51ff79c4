"""next, preview, quiet and pausing one schedule, as typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.client.kit import Cli

NIGHTLY = '[os]\ncmd = ["true"]\n[[schedule]]\nname = "night"\ntrigger = "cron"\ntimezone = "UTC"\nhour = 4\n'


def test_next_tells_when_what_comes(cli: Cli) -> None:
    cli.mxx.save("comes", NIGHTLY)
    assert "comes" in [row["job"] for row in cli("next", "--count", "200").json["results"]]
    assert "04:00:00" in cli.on_a_terminal("next").out


def test_one_schedule_is_paused_by_its_name(cli: Cli) -> None:
    cli.mxx.save("of two", NIGHTLY)
    assert cli("pause", "of two", "--schedule", "night").json["enabled"] is False
    assert "on; next: " in cli.on_a_terminal("resume", "of two", "--schedule", "night").out
    assert cli("pause", "of two", "--schedule", "day").said == (
        1,
        "of two has no schedule 'day'; it has: night",
    )


def test_quiet_for_a_while_and_off_again(cli: Cli) -> None:
    assert cli.on_a_terminal("quiet", "2h").out.startswith("quiet until ")
    assert cli("quiet").json["until"]
    assert cli("quiet", "--off").json == {"since": None, "until": None, "why": ""}


def test_a_quiet_time_that_cannot_be_is_refused_with_an_example(cli: Cli) -> None:
    code, err = cli("quiet", "tomorrow").said
    assert (code, "until" in err, "for example" in err or "Z" in err) == (1, True, True)


def test_preview_tells_ten_times_and_saves_nothing(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "night.toml"
    file.write_text(NIGHTLY)
    [told] = cli("preview", str(file)).json["results"]
    assert (told["text"], len(told["next"])) == ("Every day at 04:00", 10)
    assert "04:00:00" in cli.on_a_terminal("preview", str(file)).out


def test_preview_refuses_a_day_that_never_comes(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "never.toml"
    file.write_text('[schedule]\ntrigger = "cron"\nexpression = "0 0 30 2 *"\n')
    code, err = cli("preview", str(file)).said
    assert (code, "February has no 30th" in err) == (1, True)


@pytest.mark.parametrize("text", ["[schedule", "schedule = 3"])
def test_preview_of_what_is_no_job_file_is_wrong_usage(cli: Cli, tmp_path: Path, text: str) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(text)
    assert cli("preview", str(file)).code == 2


def test_explain_answers_for_a_moment(cli: Cli) -> None:
    cli.mxx.save("asked", NIGHTLY)
    assert cli("explain", "asked", "--at", "2030-01-01T04:00:00Z").json["happens"] is True
    assert (
        "no schedule is due then" in cli.on_a_terminal("explain", "asked", "--at", "2030-01-01T05:00:00Z").out
    )
