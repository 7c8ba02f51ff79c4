"""The form beside the text: made of the text, and read back into it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from jobs.web.form.edits import Edited, edited
from jobs.web.form.whole import form_of
from jobs.web.viewer import Viewer
from plugins.jobfile import config_of

VIEWER = Viewer(ZoneInfo("Europe/Berlin"), datetime(2026, 10, 21, 12, 20, tzinfo=UTC))
TEXT = """\
# farm first
[job]
timeout = "2h"   # enough

[params]
stage = "1-7"

[app]
path = 'C:\\bots'
targetExe = "MAA.exe"

[lifetime]
lifetime = "1h"

[schedule]
trigger = "cron"
hour = 4
minute = 30
"""

pytestmark = pytest.mark.django_db


def edit(text: str = TEXT, base: str | None = None, **fields: str) -> Edited:
    given = {name.replace("__", "."): value for name, value in fields.items()}
    posted = {"toml": text, "base": text if base is None else base}
    return edited({**posted, **{f"f:{name}": value for name, value in given.items()}}, VIEWER)


def press(command: str, text: str = TEXT, **more: str) -> str:
    done = edited({"toml": text, "base": text, "do": command, **more}, VIEWER)
    assert done.problems == []
    return done.text


def test_the_form_shows_what_the_text_says() -> None:
    values = {one.place: one.value for one in form_of(TEXT, VIEWER).fields()}
    assert values["job.timeout"] == "2h" and values["schedule.hour"] == "4"
    assert values["app.path"] == "C:\\bots" and values["params.stage"] == "1-7"


def test_a_form_that_was_not_touched_changes_nothing() -> None:
    form = form_of(TEXT, VIEWER)
    posted = {one.name: one.value.replace("\n", "\r\n") for one in form.fields()}
    assert edited({"toml": TEXT, "base": TEXT, **posted}, VIEWER).text == TEXT


def test_an_edit_changes_its_own_line_and_keeps_the_comment() -> None:
    assert edit(job__timeout="3h").text == TEXT.replace('"2h"   # enough', '"3h"   # enough')


@pytest.mark.parametrize(
    ("name", "typed", "path", "value"),
    [
        ("schedule.hour", "5", ("schedule", "hour"), 5),
        ("schedule.hour", "8-18", ("schedule", "hour"), "8-18"),
        ("lifetime.lifetime", "90", ("lifetime", "lifetime"), 90),
        ("app.args", "--one\n--two", ("app", "args"), ["--one", "--two"]),
        ("app.scoop", "false", ("app", "scoop"), False),
        ("job.overlap", "queue", ("job", "overlap"), "queue"),
        ("job.tags", "bots, home", ("job", "tags"), ["bots", "home"]),
        ("job.retries", "2", ("job", "retries"), 2),
        ("params.stage", "2-1", ("params", "stage"), "2-1"),
        (
            "params.stage.description",
            "Which",
            ("params", "stage"),
            {"description": "Which", "default": "1-7"},
        ),
        ("schedule.params.stage", "9-9", ("schedule", "params"), {"stage": "9-9"}),
    ],
)
def test_each_control_gives_its_kind_of_value(
    name: str, typed: str, path: tuple[str, str], value: Any
) -> None:
    text = edited({"toml": TEXT, "base": TEXT, f"f:{name}": typed}, VIEWER).text
    assert config_of(text)[path[0]][path[1]] == value
    assert "# farm first" in text and "# enough" in text


def test_an_emptied_control_takes_its_key_out() -> None:
    assert edit(job__timeout="").text == TEXT.replace('timeout = "2h"   # enough\n', "")


def test_edits_of_form_and_text_are_both_kept() -> None:
    text = TEXT.replace("hour = 4", "hour = 6")
    assert edit(text, TEXT, job__timeout="3h").text == text.replace('"2h"', '"3h"')


def test_the_same_value_changed_in_both_is_told_and_the_text_stands() -> None:
    text = TEXT.replace('"2h"', '"5h"')
    done = edit(text, TEXT, job__timeout="3h")
    assert done.text == text and "the form said 3h" in done.problems[0].message


def test_a_text_that_cannot_be_read_keeps_what_was_typed_in_the_form() -> None:
    done = edit(TEXT + "oops", TEXT, job__timeout="3h")
    assert done.text == TEXT + "oops" and done.base == TEXT and done.typed == {"f:job.timeout": "3h"}


def test_a_plugin_is_added_behind_the_last_one() -> None:
    assert list(config_of(press("add", plugin="os"))) == [
        "job",
        "params",
        "app",
        "lifetime",
        "os",
        "schedule",
    ]


def test_sections_move_and_go() -> None:
    assert list(config_of(press("up lifetime"))) == ["job", "params", "lifetime", "app", "schedule"]
    assert list(config_of(press("remove app"))) == ["job", "params", "lifetime", "schedule"]


def test_a_second_schedule_begins_with_a_time() -> None:
    assert config_of(press("add-schedule"))["schedule"][1] == {"trigger": "cron", "hour": 4, "minute": 30}


def test_another_trigger_takes_its_own_keys_along() -> None:
    assert config_of(edit(schedule__trigger="interval").text)["schedule"] == {
        "trigger": "interval",
        "minutes": 15,
    }


def test_a_cron_turns_into_an_expression_and_back() -> None:
    turned = press("turn schedule")
    assert config_of(turned)["schedule"] == {"trigger": "cron", "expression": "30 4 * * *"}
    assert config_of(press("turn schedule", turned))["schedule"] == {
        "trigger": "cron",
        "minute": 30,
        "hour": 4,
    }


def test_a_misspelt_option_is_mended_in_its_line() -> None:
    text = TEXT.replace("targetExe", "targetEx")
    fields = {one.place: one for one in form_of(text, VIEWER).fields()}
    assert fields["app.targetEx"].mend == "targetExe"
    assert press("rename app.targetEx targetExe", text) == TEXT


def test_params_come_and_go() -> None:
    text = press("add-param", param="times")
    assert config_of(text)["params"]["times"] == {"type": "str"}
    assert "times" not in press("remove params.times", text)


@pytest.mark.parametrize(
    "command",
    ["up nothing", "remove", "rename x y", "turn app", "up schedule", "down params.stage", "nonsense", "add"],
)
def test_a_command_that_fits_nothing_changes_nothing(command: str) -> None:
    assert edited({"toml": TEXT, "base": TEXT, "do": command}, VIEWER).text == TEXT


@pytest.mark.parametrize(
    "text",
    [
        "job = 5\n",
        'schedule = "x"\n[params]\na = []\nb = { type = 5, choices = "x" }\n',
        "[schedule]\ntrigger = 5\ntimezone = 3\nparams = 4\nhour = [1]\n",
        '"a.b" = 1\n["x[0]"]\n"k.y" = 2\n[env]\n"weird key" = 1\n',
        "[a.b]\n[a.b.c]\nd = 1\n[os]\n",
        "[job]\ntags = 1\noverlap = 5\nretries = true\ndescription = { a = 1 }\n",
        "os = [1, 2]\n",
        "[os]\ncmd = inf\nenv = { A = 1 }\n",
    ],
)
def test_a_text_that_no_job_is_has_a_form_that_changes_nothing_by_itself(text: str) -> None:
    form = form_of(text, VIEWER)
    posted = {one.name: one.value for one in form.fields()}
    assert edited({"toml": text, "base": text, **posted}, VIEWER).text == text
    for place in form.places():
        for verb in ("up", "down", "turn", "remove"):
            edited({"toml": text, "base": text, "do": f"{verb} {place}"}, VIEWER)
