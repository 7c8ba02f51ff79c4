"""What a plugin gets as `run`: state, secrets, progress, labels, deadline, cancelled."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import pytest

from plugins.base import Plugin
from plugins.context import RunContext
from plugins.exceptions import MxxError
from plugins.hooks import hook
from plugins.testing import Pretend, Rehearsal, Stop, rehearse


def does(act: Callable[[RunContext], Any], **given: Any) -> Rehearsal:
    """A run whose only action is this."""

    class Probe(Plugin):
        name = "probe"

        @hook("action")
        def act(self, run: RunContext) -> None:
            act(run)

    return rehearse(Probe(), **given)


def told(played: Rehearsal, kind: str) -> list[dict[str, Any]]:
    return [facts for one, facts in played.host.reports if one == kind]


def kept(played: Rehearsal) -> list[Any]:
    return [json.loads(facts["text"]) for facts in told(played, "keep")]


def test_state_is_kept_when_it_changed_and_only_then() -> None:
    assert kept(does(lambda run: run.state.update(count=run.state["count"] + 1), state={"count": 1})) == [
        {"count": 2}
    ]
    assert kept(does(lambda run: run.state.get("count"), state={"count": 1})) == []


def test_state_that_is_emptied_is_kept_as_empty() -> None:
    assert kept(does(lambda run: run.state.clear(), state={"count": 1})) == [{}]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (object(), "it is no JSON"),
        (math.nan, "it is no JSON"),
        ({1: 2}, "only texts as keys"),
        ((1, 2), "lists instead of tuples"),
        ("x" * 65536, "at most 64 KiB fit"),
    ],
)
def test_state_that_cannot_be_kept_fails_the_run_and_keeps_the_last_good_one(value: Any, said: str) -> None:
    played = does(lambda run: run.state.update(bad=value), state={"good": 1})
    assert played.status == "failed" and said in played.reason
    assert kept(played) == []


def test_state_of_a_run_that_failed_is_kept_too() -> None:
    def act(run: RunContext) -> None:
        run.state["tries"] = 1
        raise RuntimeError("it broke")

    played = does(act)
    assert (played.status, kept(played)) == ("failed", [{"tries": 1}])


def test_a_secret_is_given_by_name_and_an_unknown_one_is_refused() -> None:
    seen: list[str] = []
    does(lambda run: seen.append(run.secret("token")), secrets={"token": "s3cret"})
    assert seen == ["s3cret"]
    played = does(lambda run: run.secret("token"))
    assert 'there is no secret called "token" for this run' in played.reason


def test_secrets_do_not_stand_in_what_a_plugin_prints_of_its_run() -> None:
    played = does(lambda run: None, secrets={"token": "s3cret"})
    assert "s3cret" not in repr(played.run)


@pytest.mark.parametrize(
    ("fraction", "is_told"), [(0.5, 0.5), (-1, 0.0), (7, 1.0), (math.nan, 0.0), (True, 1.0)]
)
def test_progress_is_from_0_to_1(fraction: float, is_told: float) -> None:
    assert told(does(lambda run: run.progress(fraction)), "progress") == [{"fraction": is_told, "text": ""}]


def test_the_words_of_progress_are_one_short_harmless_line() -> None:
    (progress,) = told(does(lambda run: run.progress(0.5, "a\n\x1b[2J\tb\u202e" + "c" * 10**6)), "progress")
    assert progress["text"].startswith("a [2J b c") and len(progress["text"]) == 200


def test_a_labelled_launch_is_called_by_its_label() -> None:
    played = does(lambda run: run.launch(["/opt/bot"], label=" farm\n1 "), programs={"bot": Pretend()})
    assert played.launches[0].name == "farm 1"
    assert does(lambda run: run.launch(["/opt/bot"])).launches[0].name == "bot"


def test_a_deadline_counts_down_and_is_none_without_a_timeout() -> None:
    seen: list[float | None] = []

    def act(run: RunContext) -> None:
        run.sleep(4)
        seen.append(run.deadline)

    does(act, timeout=10)
    does(act)
    assert seen == [6, None]


def test_cancelled_is_true_once_the_run_is_being_stopped() -> None:
    seen: list[bool] = []

    def act(run: RunContext) -> None:
        seen.append(run.cancelled)
        try:
            run.sleep(10)
        finally:
            seen.append(run.cancelled)

    assert does(act, stop=Stop(3)).status == "cancelled"
    assert seen == [False, True]


def test_an_unknown_secret_is_a_sentence_not_a_traceback() -> None:
    with pytest.raises(MxxError, match="no secret called"):
        RunContext(does(lambda run: None).host, 1, "job", {}).secret("x" * 10**6)
