"""The everyday commands against a real server, as scripts (JSON) and people (terminal) use them."""

from __future__ import annotations

import os
import pty
import signal
from pathlib import Path

import pytest

from tests.chaos.mxx import until
from tests.client.kit import Cli

HELLO = '[os]\ncmd = ["echo", "hello"]\n'
NIGHTLY = '[job]\ndescription = "At night"\n[os]\ncmd = ["true"]\n[schedule]\ntrigger = "cron"\nhour = 4\n'
LONG = '[job]\noverlap = "queue"\n[os]\ncmd = ["sleep", "60"]\n'


def test_health_is_well(cli: Cli) -> None:
    assert cli("health").json["status"] == "ok"
    assert "is well" in cli.on_a_terminal("health").out


def test_health_needs_no_token(cli: Cli, tmp_path: Path) -> None:
    ran = cli("health", MXX_HOME=str(tmp_path))
    assert (ran.code, ran.json) == (0, {"status": "ok"})


def test_list_tells_state_and_next_time(cli: Cli) -> None:
    cli.mxx.save("listed", NIGHTLY)
    [job] = [job for job in cli("list", "--type", "scheduled").json["results"] if job["name"] == "listed"]
    assert job["schedules"][0]["next_run_time"]
    [row] = [line for line in cli.on_a_terminal("list").out.splitlines() if line.startswith("listed")]
    assert row.split()[:2] == ["listed", "idle"]
    assert row.rstrip().endswith("At night")


def test_list_active_names_only_jobs_at_work(cli: Cli) -> None:
    cli.mxx.save("at-rest", HELLO)
    cli.mxx.save("at-work", LONG)
    cli.mxx.trigger("at-work")
    names = [job["name"] for job in cli("list", "--type", "active").json["results"]]
    cli("cancel", "at-work")
    assert "at-work" in names
    assert "at-rest" not in names


def test_info_shows_the_job_file_as_it_was_written(cli: Cli) -> None:
    cli.mxx.save("written", NIGHTLY)
    assert cli("info", "written").json["toml"] == NIGHTLY
    assert NIGHTLY in cli.on_a_terminal("info", "written").out


def test_status_tells_the_last_run(cli: Cli) -> None:
    cli.mxx.save("told", HELLO)
    cli("trigger", "told", "--wait")
    told = cli("status", "told").json
    assert (told["state"], told["last_run"]["status"]) == ("idle", "succeeded")


@pytest.mark.parametrize(
    "command", ["status", "info", "explain", "pause", "trigger", "logs", "runs", "cancel"]
)
def test_an_unknown_job_is_refused_in_one_line(cli: Cli, command: str) -> None:
    code, err = cli(command, "nobody").said
    assert (code, len(err.splitlines())) == (1, 1)
    assert "no job named 'nobody'" in err


def test_pause_and_resume(cli: Cli) -> None:
    cli.mxx.save("on and off", NIGHTLY)
    assert cli("pause", "on and off").json["enabled"] is False
    assert cli.on_a_terminal("resume", "on and off").out.startswith("on and off is on; next: ")


def test_explain_tells_the_order_of_hooks_and_runs_nothing(cli: Cli) -> None:
    cli.mxx.save("explained", '[lifetime]\nlifetime = 1\n[[os]]\ncmd = "true"\n[[os]]\ncmd = "true"\n')
    hooks = [(hook["point"], hook["plugin"]) for hook in cli("explain", "explained").json["hooks"]]
    assert hooks[:3] == [("action", "os"), ("action", "os#2"), ("on_true", "lifetime")]
    assert "os#2" in cli.on_a_terminal("explain", "explained").out
    assert cli("runs", "explained").json == {"results": []}


@pytest.mark.parametrize(
    ("name", "toml", "code"),
    [
        ("ends well", HELLO, 0),
        ("ends badly", '[os]\ncmd = ["false"]\n', 1),
        ("ends late", '[job]\ntimeout = 0.3\n[os]\ncmd = ["sleep", "60"]\n', 124),
    ],
)
def test_trigger_wait_exits_as_the_run_ended(cli: Cli, name: str, toml: str, code: int) -> None:
    cli.mxx.save(name, toml)
    ran = cli("trigger", name, "--wait")
    assert ran.code == code
    assert ran.json["finished_at"]


def test_trigger_without_wait_is_done_at_once(cli: Cli) -> None:
    cli.mxx.save("not waited for", LONG)
    ran = cli("trigger", "not waited for")
    cli("cancel", "not waited for")
    assert (ran.code, ran.json["finished_at"]) == (0, None)


def test_on_a_terminal_the_log_is_shown_before_the_end(cli: Cli) -> None:
    cli.mxx.save("seen", HELLO)
    lines = cli.on_a_terminal("trigger", "seen", "--wait").out.splitlines()
    assert "hello" in lines[:-1]
    assert "succeeded" in lines[-1]


def test_params_arrive_and_undeclared_ones_are_refused(cli: Cli) -> None:
    cli.mxx.save("asks", '[params]\nstage = "1-7"\ntimes = 1\n[os]\ncmd = ["true"]\n')
    run = cli("trigger", "asks", "--param", "stage=7", "--param", "times=3", "--wait").json
    assert run["params"] == {"stage": "7", "times": 3}
    code, err = cli("trigger", "asks", "--param", "uid=0").said
    assert (code, err.startswith("params.uid: ")) == (1, True)


def test_a_param_without_a_value_is_wrong_usage(cli: Cli) -> None:
    assert cli("trigger", "asks", "--param", "stage").said == (
        2,
        "--param: 'stage' is not NAME=VALUE, for example --param stage=1-7",
    )


def test_cancel_stops_what_is_queued_and_what_runs(cli: Cli) -> None:
    cli.mxx.save("stopped", LONG)
    ids = {cli.mxx.trigger("stopped"), cli.mxx.trigger("stopped")}
    until(lambda: any(run["status"] == "running" for run in cli.mxx.runs("job=stopped")))
    cancelled = cli("cancel", "stopped").json["cancelled"]
    assert {run["id"] for run in cancelled} == ids
    assert {cli.mxx.ended(run)["status"] for run in ids} == {"cancelled"}


def test_nothing_to_cancel_is_no_failure(cli: Cli) -> None:
    cli.mxx.save("calm", HELLO)
    assert cli("cancel", "calm").json == {"job": "calm", "cancelled": []}
    ran = cli.on_a_terminal("cancel", "calm")
    assert (ran.code, ran.out) == (0, "calm: nothing to cancel\n")


def test_runs_are_newest_first_and_filtered(cli: Cli) -> None:
    cli.mxx.save("twice", HELLO)
    ids = [cli("trigger", "twice", "--wait").json["id"] for _ in range(2)]
    assert [run["id"] for run in cli("runs", "twice", "--status", "succeeded").json["results"]] == ids[::-1]
    assert [run["id"] for run in cli("runs", "twice", "--limit", "1").json["results"]] == ids[:0:-1]
    assert cli("runs", "twice", "--status", "failed").json == {"results": []}


def test_a_wrong_filter_is_refused_with_what_is_allowed(cli: Cli) -> None:
    code, err = cli("runs", "--status", "done").said
    assert code == 1
    assert err.startswith("status: 'done' is not one of queued, ")


def test_logs_are_found_by_run_and_by_job(cli: Cli) -> None:
    cli.mxx.save("spoken", HELLO)
    run = cli("trigger", "spoken", "--wait").json["id"]
    assert cli("logs", "spoken").out == cli("logs", str(run)).out
    assert "hello\n" in cli("logs", "spoken").out


def test_logs_of_a_job_without_runs_say_so(cli: Cli) -> None:
    cli.mxx.save("silent", HELLO)
    assert cli("logs", "silent").said == (1, "silent has not run yet")


def test_logs_follow_to_the_end_of_the_run(cli: Cli, tmp_path: Path) -> None:
    go = tmp_path / "go"
    script = f"echo first; until [ -e '{go}' ]; do sleep 0.05; done; echo last"
    cli.mxx.save("followed", f'[os]\ncmd = ["sh", "-c", """{script}"""]\n')
    cli.mxx.trigger("followed")
    following = cli.start("logs", "-f", "followed")
    assert following.stdout is not None
    until(lambda: "first" in str(following.stdout and following.stdout.readline()))
    go.touch()
    out, _ = following.communicate(timeout=20)
    assert (following.returncode, "last\n" in out) == (0, True)


def test_logs_follow_through_a_retry(cli: Cli, tmp_path: Path) -> None:
    again = tmp_path / "again"
    script = f"test -e '{again}' && echo second || {{ touch '{again}'; echo the first is longer; exit 1; }}"
    cli.mxx.save(
        "tried", f'[job]\nretries = 1\nretry_delay = 1.5\n[os]\ncmd = ["sh", "-c", """{script}"""]\n'
    )
    cli.mxx.trigger("tried")
    out = cli("logs", "-f", "tried").out
    assert out.index("the first is longer\n") < out.index("second\n")


def test_ctrl_c_while_waiting_leaves_the_run_alone_and_says_so(cli: Cli) -> None:
    cli.mxx.save("left-alone", '[os]\ncmd = "echo at work; sleep 60"\nshell = true\n')
    ours, theirs = pty.openpty()
    waiting = cli.start("trigger", "left-alone", "--wait", stdout=theirs)
    os.close(theirs)
    with open(ours, encoding="utf-8") as terminal:
        until(lambda: "at work" in terminal.readline(), what="the log, so that it waits")
        waiting.send_signal(signal.SIGINT)
        _, err = waiting.communicate(timeout=60)
    [run] = cli.mxx.runs("job=left-alone")
    cli("cancel", "left-alone")
    assert (waiting.returncode, run["status"]) == (130, "running")
    assert "goes on" in err


def test_an_option_on_the_wrong_side_is_told_its_place(cli: Cli) -> None:
    assert cli("list", "--json").said == (2, "--json stands before the command: mxx-cli --json list")


def test_a_wrong_command_is_one_line_and_code_2(cli: Cli) -> None:
    code, err = cli("lst").said
    assert (code, len(err.splitlines())) == (2, 1)
    assert "--help" in err


def test_json_can_be_had_on_a_terminal_too(cli: Cli) -> None:
    assert cli.on_a_terminal("--json", "health").json["status"] == "ok"
