"""What a real run gets and gives: placeholders of its environment, hostile params, state, labels, progress."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.plugins.custody.kit import Going, Home, program, until

SHOW = "import json, os, sys; print(json.dumps([sys.argv[1:], {k: v for k, v in os.environ.items() if 'PARAM' in k}]))"
HOSTILE = [
    "; touch canary",
    "$(touch canary)",
    "`touch canary`",
    "| touch canary",
    "a\ntouch canary",
    "--help",
    "${HOME}",
    "'",
    '"',
]


def shown(going: Going) -> list[Any]:
    going.result()
    found: list[Any] = json.loads(going.output())
    return found


def test_placeholders_of_environment_and_secrets_are_filled_in(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The secret is too short to be masked in the output that this test reads."""
    show = program(sys.executable, "-c", SHOW, "", "")
    parts = [(0, ["cmd", 3], ["<", ["env", "MXX_JOB"], ">"]), (0, ["cmd", 4], [["secret", "key"], "!"])]
    assert shown(home.go(show, blanks=parts, secrets={"key": "s3c"}))[0] == ["<test>", "s3c!"]


def test_a_variable_that_is_not_there_fails_the_run_before_anything(home: Home) -> None:
    result = home.run(program("true"), blanks=[(0, ["cmd", 0], [["env", "NO_SUCH"]])])
    assert (result["status"], result["receipt"]["started"]) == ("failed", 0)
    assert result["reason"].startswith(
        "[os] cannot be built: ${NO_SUCH} is not in the environment of the run"
    )


@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_param_is_one_word_and_one_variable(home: Home, value: str) -> None:
    words, variables = shown(home.go(program(sys.executable, "-c", SHOW, value), params={"path": value}))
    assert (words, variables) == ([value], {"MXX_PARAM_PATH": value})
    assert not list(home.path.rglob("canary"))


def test_state_goes_in_and_out_with_the_result(home: Home) -> None:
    counter = home.plugin(
        "counter", '@hook("action")\ndef act(self, run):\n    run.state["n"] = run.state.get("n", 0) + 1'
    )
    first = home.cold(counter).result()["state"]
    assert json.loads(first) == {"n": 1}
    assert json.loads(home.cold(counter, state=first).result()["state"]) == {"n": 2}


def test_a_clean_up_runner_finds_the_state_of_the_one_that_died(home: Home) -> None:
    body = '@hook("pre_action")\ndef note(self, run):\n    run.state["n"] = 5\n'
    body += '@hook("action")\ndef die(self, run):\n    os._exit(0)\n'
    body += '@hook("post_action")\ndef clean(self, run):\n    run.state["n"] += 1\n'
    assert json.loads(home.cold(home.plugin("mortal", body)).result()["state"]) == {"n": 6}


def test_a_run_that_leaves_its_state_alone_gives_none_back(home: Home) -> None:
    assert "state" not in home.run(program("true"), state='{"n": 1}')


def test_a_label_stands_in_receipt_event_and_log(home: Home) -> None:
    body = '@hook("action")\ndef act(self, run):\n    run.launch(["true"], label="farm")'
    going = home.cold(home.plugin("farmer", body))
    (launch,) = going.result()["receipt"]["launches"]
    assert (launch["name"], launch["label"], launch["argv"]) == ("farm", "farm", ["true"])
    assert [event["message"] for event in going.dir.events() if event["kind"] == "launch"] == ["farm"]
    assert "started farm, process" in going.log()


def test_progress_can_be_read_while_the_run_lasts(home: Home, tmp_path: Path) -> None:
    body = f'@hook("action")\ndef act(self, run):\n    run.progress(0.5, "half")\n    while not os.path.exists("{tmp_path}/go"):\n        run.sleep(0.05)'
    going = home.cold(home.plugin("worker", body))
    assert until(lambda: going.dir.read("progress")) == {"fraction": 0.5, "text": "half"}
    (tmp_path / "go").touch()
    assert going.result()["status"] == "succeeded"
