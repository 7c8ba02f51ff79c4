"""The rules of DESIGN 5, taken through the real lifecycle on a fake clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import pytest

from plugins.base import Plugin
from plugins.context import RunContext
from plugins.exceptions import CannotLaunch, ProgramFailed
from plugins.hooks import POINTS, hook
from plugins.testing import Pretend, Rehearsal, Stop, rehearse

Act = Callable[..., Any]


def plugin(name: str = "probe", priority: int = 0, /, **acts: Act) -> Plugin:
    """A plugin that does `acts[point](run)` at each point."""
    body = {point: hook(point, priority)(copy_of(act)) for point, act in acts.items()}
    return type(name.title(), (Plugin,), {"name": name, **body})()


def copy_of(act: Act) -> Act:
    """Its own function, so that a mark on it marks no other plugin."""

    @wraps(act)
    def acts(*arguments: Any, **named: Any) -> Any:
        return act(*arguments, **named)

    return acts


def true(self: Plugin, run: RunContext) -> bool:
    return True


def false(self: Plugin, run: RunContext) -> bool:
    return False


def nothing(self: Plugin, run: RunContext) -> None:
    return None


def boom(self: Plugin, run: RunContext) -> None:
    raise RuntimeError("it broke")


def waits(seconds: float) -> Act:
    def act(self: Plugin, run: RunContext) -> None:
        run.sleep(seconds)

    return act


def points(played: Rehearsal) -> list[str]:
    return [name.split()[0] for name in played.hooks]


# ---- conditions


def test_a_run_without_conditions_begins() -> None:
    assert rehearse(plugin(action=nothing)).status == "succeeded"


def test_a_false_condition_ends_the_run_as_skipped_before_anything() -> None:
    played = rehearse(plugin(all_cond=false, pre_action=nothing, action=nothing, post_action=nothing))
    assert (played.status, points(played)) == ("skipped", ["all_cond"])
    assert played.reason == "probe: all_cond was false"


def test_every_all_cond_must_be_true() -> None:
    assert rehearse(plugin("a", all_cond=true), plugin("b", all_cond=false)).status == "skipped"


def test_one_true_any_cond_is_enough() -> None:
    played = rehearse(plugin("a", any_cond=false), plugin("b", any_cond=true), plugin("c", any_cond=true))
    assert played.status == "succeeded"
    assert played.hooks == ["any_cond of a", "any_cond of b"]


def test_any_cond_without_a_true_one_skips() -> None:
    played = rehearse(plugin("a", any_cond=false), plugin("b", any_cond=false))
    assert (played.status, played.reason) == ("skipped", "none of these was true: a, b")


def test_a_condition_that_raises_fails_the_run_without_post_action() -> None:
    played = rehearse(plugin(all_cond=boom, action=nothing, post_action=nothing, on_error=nothing))
    assert (played.status, points(played)) == ("failed", ["all_cond", "on_error"])
    assert played.reason == "all_cond of probe: RuntimeError: it broke"


# ---- order


def test_points_come_in_the_order_of_the_contract() -> None:
    played = rehearse(
        plugin(**dict.fromkeys(("post_action", "action", "pre_action"), nothing), all_cond=true)
    )
    assert points(played) == ["all_cond", "pre_action", "action", "post_action"]
    assert [point for point in POINTS if point in points(played)] == points(played)


def test_higher_priority_goes_first_and_ties_by_position() -> None:
    ordered = (plugin("a", action=nothing), plugin("b", 5, action=nothing), plugin("c", action=nothing))
    assert rehearse(*ordered).hooks == ["action of b", "action of a", "action of c"]


def test_post_action_ties_go_in_reverse_position() -> None:
    ordered = (
        plugin("a", post_action=nothing),
        plugin("b", 5, post_action=nothing),
        plugin("c", post_action=nothing),
    )
    assert rehearse(*ordered).hooks == ["post_action of b", "post_action of c", "post_action of a"]


def test_a_negative_priority_goes_last() -> None:
    assert rehearse(plugin("a", -1, action=nothing), plugin("b", action=nothing)).hooks[-1] == "action of a"


# ---- failure


def test_a_raise_skips_the_remaining_actions_and_the_hold_but_not_the_clean_up() -> None:
    played = rehearse(
        plugin("a", action=boom, post_action=nothing, on_error=nothing),
        plugin("b", action=nothing, on_true=true, post_action=nothing),
    )
    assert played.hooks == ["action of a", "on_error of a", "post_action of b", "post_action of a"]
    assert (played.status, played.reason) == ("failed", "action of a: RuntimeError: it broke")


def test_the_traceback_of_a_plugin_is_kept() -> None:
    assert "in boom" in rehearse(plugin(action=boom)).outcome.error


def test_a_raise_in_pre_action_is_cleaned_up_too() -> None:
    assert points(rehearse(plugin(pre_action=boom, action=nothing, post_action=nothing))) == [
        "pre_action",
        "post_action",
    ]


def test_every_post_action_runs_even_if_another_raises() -> None:
    played = rehearse(
        plugin("a", post_action=nothing), plugin("b", post_action=boom), plugin("c", post_action=boom)
    )
    assert played.hooks == ["post_action of c", "post_action of b", "post_action of a"]


def test_a_raising_post_action_turns_success_into_failure() -> None:
    played = rehearse(plugin(action=nothing, post_action=boom))
    assert (played.status, played.reason) == ("failed", "post_action of probe: RuntimeError: it broke")


def test_the_first_cause_decides_and_the_later_one_stands_in_the_log() -> None:
    def last(self: Plugin, run: RunContext) -> None:
        raise ValueError("and this too")

    played = rehearse(plugin(action=boom, post_action=last))
    assert played.reason.endswith("it broke")
    assert "and this too" in played.log[-1]


@pytest.mark.parametrize(
    "raised", [SystemExit(0), KeyboardInterrupt(), GeneratorExit(), RecursionError("deep")]
)
def test_a_raise_is_any_exception_even_a_polite_exit(raised: BaseException) -> None:
    def act(self: Plugin, run: RunContext) -> None:
        raise raised

    played = rehearse(plugin(action=act, post_action=nothing))
    assert (played.status, points(played)) == ("failed", ["action", "post_action"])


def test_endless_recursion_in_a_plugin_is_a_failure_with_clean_up() -> None:
    def act(self: Plugin, run: RunContext) -> None:
        act(self, run)

    played = rehearse(plugin(action=act, post_action=nothing))
    assert (played.status, points(played)) == ("failed", ["action", "post_action"])
    assert "RecursionError" in played.reason


def test_an_error_that_cannot_even_be_printed_is_a_failure() -> None:
    class Mute(Exception):
        def __str__(self) -> str:
            raise RuntimeError

    def act(self: Plugin, run: RunContext) -> None:
        raise Mute

    assert rehearse(plugin(action=act)).reason == "action of probe: Mute: (it cannot say what)"


def test_on_error_gets_the_error() -> None:
    seen: list[object] = []

    def on_error(self: Plugin, run: RunContext, error: BaseException) -> None:
        seen.extend([error, run.currentError])

    rehearse(plugin(action=boom, on_error=on_error))
    assert [str(error) for error in seen] == ["it broke", "it broke"]


def test_an_on_error_that_raises_keeps_no_other_from_running() -> None:
    def worse(self: Plugin, run: RunContext) -> None:
        raise ValueError

    played = rehearse(
        plugin("a", action=boom, on_error=worse), plugin("b", on_error=nothing, post_action=nothing)
    )
    assert played.hooks == ["action of a", "on_error of a", "on_error of b", "post_action of b"]
    assert played.reason.endswith("it broke")


def test_a_program_that_fails_is_told_in_one_sentence_without_a_traceback() -> None:
    def act(self: Plugin, run: RunContext) -> None:
        raise ProgramFailed("tar ended with code 2", 2)

    outcome = rehearse(plugin(action=act)).outcome
    assert (outcome.reason, outcome.exit_code, outcome.error) == ("tar ended with code 2", 2, "")


# ---- cancel and timeout


def test_a_cancel_in_a_condition_needs_no_clean_up() -> None:
    played = rehearse(plugin(all_cond=waits(9), action=nothing, post_action=nothing), stop=Stop(1))
    assert (played.status, points(played), played.seconds) == ("cancelled", ["all_cond"], 1)


def test_a_cancel_that_a_condition_swallows_still_needs_no_clean_up() -> None:
    def stubborn(self: Plugin, run: RunContext) -> bool:
        try:
            run.sleep(9)
        except BaseException:
            return True
        return True

    played = rehearse(plugin(all_cond=stubborn, action=nothing, post_action=nothing), stop=Stop(1))
    assert (played.status, points(played)) == ("cancelled", ["all_cond"])


@pytest.mark.parametrize("point", ["pre_action", "action"])
def test_a_cancel_interrupts_the_hook_skips_on_error_and_cleans_up(point: str) -> None:
    played = rehearse(plugin(**{point: waits(9)}, on_error=nothing, post_action=nothing), stop=Stop(1))
    assert (played.status, points(played), played.seconds) == ("cancelled", [point, "post_action"], 1)


def test_a_cancel_interrupts_the_hold() -> None:
    played = rehearse(plugin(on_true=true, post_action=nothing), stop=Stop(1.2))
    assert (played.status, points(played)[-1], played.seconds) == ("cancelled", "post_action", 1.2)


def test_a_cancel_goes_through_except_exception() -> None:
    def careless(self: Plugin, run: RunContext) -> None:
        try:
            run.sleep(9)
        except Exception:
            run.vars["caught"] = True

    played = rehearse(plugin(action=careless), stop=Stop(1))
    assert (played.status, played.run.vars) == ("cancelled", {})


def test_a_cancel_that_an_action_swallows_ends_the_run_before_the_next_hook() -> None:
    def stubborn(self: Plugin, run: RunContext) -> None:
        try:
            run.sleep(9)
        except BaseException:
            return

    played = rehearse(
        plugin("a", action=stubborn, post_action=nothing), plugin("b", action=nothing), stop=Stop(1)
    )
    assert (played.status, played.hooks) == ("cancelled", ["action of a", "post_action of a"])


def test_a_cancel_during_on_error_does_not_change_the_cause() -> None:
    played = rehearse(plugin(action=boom, on_error=waits(9), post_action=nothing), stop=Stop(1))
    assert (played.status, points(played)) == ("failed", ["action", "on_error", "post_action"])


def test_a_cancel_never_interrupts_the_clean_up() -> None:
    played = rehearse(plugin(post_action=waits(5)), stop=Stop(1))
    assert (played.status, played.seconds) == ("succeeded", 5)


def test_a_timeout_is_a_stop_like_a_cancel() -> None:
    played = rehearse(plugin(action=waits(9), post_action=nothing), timeout=3)
    assert (played.status, played.seconds, points(played)) == ("timed_out", 3, ["action", "post_action"])


def test_a_plugin_can_see_that_the_run_is_being_stopped() -> None:
    seen: list[bool] = []

    def look(self: Plugin, run: RunContext) -> None:
        seen.append(run.cancelled)

    rehearse(plugin(pre_action=look, action=waits(9), post_action=look), stop=Stop(1))
    assert seen == [False, True]


def test_the_deadline_counts_down() -> None:
    seen: list[float | None] = []

    def look(self: Plugin, run: RunContext) -> None:
        run.sleep(2)
        seen.append(run.deadline)

    rehearse(plugin(action=look), timeout=10)
    rehearse(plugin(action=look))
    assert seen == [8, None]


# ---- the hold


def test_every_on_true_must_stay_true_and_every_on_false_false() -> None:
    def until(seconds: float) -> Act:
        def act(self: Plugin, run: RunContext) -> bool:
            return run.elapsed >= seconds

        return act

    assert rehearse(plugin("a", on_true=true), plugin("b", on_false=until(3))).seconds == 3
    assert rehearse(plugin("a", on_true=false), plugin("b", on_false=until(3))).seconds == 0


def test_a_started_program_holds_a_run_without_hold_hooks_until_its_tree_is_empty() -> None:
    def start(self: Plugin, run: RunContext) -> None:
        run.launch(["daemon"], wait=False)

    played = rehearse(plugin(action=start), programs={"daemon": Pretend(lasts=2, tree=7)})
    assert (played.status, played.seconds) == ("succeeded", 7)


def test_a_program_that_was_waited_for_does_not_hold_the_run() -> None:
    def start(self: Plugin, run: RunContext) -> None:
        run.launch(["daemon"])

    assert rehearse(plugin(action=start), programs={"daemon": Pretend(lasts=2, tree=7)}).seconds == 2


def test_a_hold_hook_that_raises_fails_the_run_with_its_name() -> None:
    played = rehearse(plugin(on_true=boom, post_action=nothing))
    assert (played.reason, points(played)[-1]) == ("on_true of probe: RuntimeError: it broke", "post_action")


# ---- clean-up after the death of the first runner


def test_a_clean_up_leaves_out_what_had_begun() -> None:
    plugins = (plugin("a", action=nothing, post_action=nothing), plugin("b", post_action=nothing))
    played = rehearse(*plugins, done=[("post_action", "b", "post_action")])
    assert played.hooks == ["post_action of a"]


# ---- what hooks get


def test_a_prototype_hook_without_arguments_is_called_without_any() -> None:
    def act(self: Plugin) -> None:
        self.called = True  # type: ignore[attr-defined]

    probe = plugin(action=act)
    assert rehearse(probe).status == "succeeded"
    assert probe.called  # type: ignore[attr-defined]


def test_a_prototype_hook_gets_the_runner_with_its_old_names() -> None:
    seen: list[object] = []

    def act(self: Plugin, runner: Any) -> None:
        seen.extend([runner.plugins["probe"] is self, runner.gcfg["color"], runner.currentError])

    rehearse(plugin(action=act), vars={"color": "red"})
    assert seen == [True, "red", None]


def test_several_instances_of_a_plugin_have_names_of_their_own() -> None:
    assert list(rehearse(plugin("os"), plugin("os")).run.plugins) == ["os", "os#2"]


def test_changed_vars_are_told_after_the_hook_that_changed_them() -> None:
    def change(self: Plugin, run: RunContext) -> None:
        run.vars["list"].append(2)
        run.vars["socket"] = object()

    played = rehearse(plugin(action=change), vars={"list": [1]})
    told = [facts["vars"] for kind, facts in played.host.reports if kind == "state"]
    assert told == [{"list": [1, 2]}]


def test_an_unused_log_costs_nothing_and_a_used_one_is_told() -> None:
    def talk(self: Plugin, run: RunContext) -> None:
        run.log.info("%d of %d", 1, 2)

    assert rehearse(plugin(action=talk)).log == ["1 of 2"]


def test_progress_stays_between_none_and_all() -> None:
    def act(self: Plugin, run: RunContext) -> None:
        for fraction in (-1, 0.5, 7, float("nan")):
            run.progress(fraction)

    told = [
        facts["fraction"] for kind, facts in rehearse(plugin(action=act)).host.reports if kind == "progress"
    ]
    assert told == [0.0, 0.5, 1.0, 0.0]


# ---- launching


def launching(**how: Any) -> Act:
    def act(self: Plugin, run: RunContext) -> None:
        run.launch(**how)

    return act


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"argv": "echo hello"}, "a list of words is needed"),
        ({"argv": []}, "nothing to start"),
        ({"argv": [""]}, "nothing to start"),
        ({"argv": ["echo"], "shell": True}, "shell=True needs one string"),
    ],
)
def test_a_launch_that_cannot_be_is_refused_in_a_sentence(how: dict[str, Any], says: str) -> None:
    played = rehearse(plugin(action=launching(**how)))
    assert played.status == "failed"
    assert says in played.reason


def test_a_launch_takes_paths_numbers_and_bytes() -> None:
    how = {"argv": ["echo", Path("/tmp"), 5, b"\xff"], "env": {"N": 5}, "cwd": Path("/")}
    request = rehearse(plugin(action=launching(**how))).launches[0].request
    assert request
    assert (request.argv, dict(request.env), request.cwd) == (
        ["echo", "/tmp", "5", "\udcff"],
        {"N": "5"},
        "/",
    )


def test_waiting_for_a_program_has_a_limit() -> None:
    played = rehearse(
        plugin(action=launching(argv=["slow"], timeout=3)), programs={"slow": Pretend(lasts=60)}
    )
    assert (played.reason, played.seconds) == ("slow took longer than 3 s", 3)


def test_a_plugin_can_catch_a_program_that_cannot_be_started() -> None:
    def act(self: Plugin, run: RunContext) -> None:
        with pytest.raises(CannotLaunch, match="not found"):
            run.launch(["nosuch"])

    assert rehearse(plugin(action=act), programs={"nosuch": Pretend(missing=True)}).status == "succeeded"


def test_a_rehearsal_of_an_hour_waits_for_nothing() -> None:
    began = time.monotonic()
    assert rehearse(plugin(action=waits(3600))).seconds == 3600
    assert time.monotonic() - began < 60
