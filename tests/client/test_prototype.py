"""The twelve commands of the prototype's client, in its words and options, against a real server."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.chaos.mxx import until
from tests.client.kit import Cli, Ran

DEMAND = '[os]\ncmd = ["echo", "hello"]\n'
SCHEDULED = '[lifetime]\nlifetime = 1\n[schedule]\ntrigger = "cron"\nhour = 10\nminute = 30\n'
BACKUP = {"lifetime": {"lifetime": 0.1}, "schedule": {"trigger": "interval", "interval_seconds": 604800}}
LONG = '[os]\ncmd = ["sleep", "60"]\n'

SCENARIOS = [
    # what is typed, and what its JSON on stdout must hold
    ("health", '"status": "ok"'),
    ("list", '"name": "proto-day"'),
    ("list --type active", '"name": "proto-long"'),
    ("list --type scheduled", '"name": "proto-day"'),
    ("status proto-day", '"next_run_time": "'),
    ("trigger proto-hello", '"status": "queued"'),
    ("cancel proto-long", '"cancelled": ['),
    ("remove proto-done", '"removed": '),
    ("register {file} --job-id proto-new", '"name": "proto-new"'),
    ("register {file} --job-id proto-day --replace", '"interval_seconds": 604800'),
    ("unregister proto-gone", '"unregistered": "proto-gone"'),
    ("registry --type on_demand", '"name": "proto-hello"'),
    ("registry --type scheduled", '"name": "proto-day"'),
    ("info proto-hello", '"toml": "[os]'),
    ("plugins --builtin", '"class": "Lifetime"'),
    ("plugins --custom", '"results": '),
]


def prepare(cli: Cli) -> None:
    for job in ("day", "hello", "long", "done", "gone", "new"):
        cli("cancel", f"proto-{job}")
        cli("unregister", f"proto-{job}")
    for job in ("hello", "done", "gone"):
        cli.mxx.save(f"proto-{job}", DEMAND)
    cli.mxx.save("proto-day", SCHEDULED)
    cli.mxx.save("proto-long", LONG)


@pytest.fixture(scope="module")
def prepared(cli: Cli) -> Cli:
    prepare(cli)
    cli.mxx.ended(cli.mxx.trigger("proto-done"))
    return cli


@pytest.mark.parametrize(("typed", "holds"), SCENARIOS, ids=[typed for typed, _ in SCENARIOS])
def test_a_command_of_the_prototype_works_as_written(
    prepared: Cli, tmp_path: Path, typed: str, holds: str
) -> None:
    file = tmp_path / "backup.json"
    file.write_text(json.dumps(BACKUP))
    if "long" in typed or "active" in typed:
        prepared.mxx.trigger("proto-long")
    if "--replace" in typed:
        prepared("register", str(file), "--job-id", "proto-day")
    ran = prepared(*typed.format(file=file).split())
    assert (ran.code, ran.err) == (0, "")
    assert holds in ran.out


def refused(ran: Ran, words: str) -> None:
    code, err = ran.said
    assert (code, words in err, len(err.splitlines())) == (1, True, 1), err


def test_server_is_named_by_option_or_variables_alike(cli: Cli) -> None:
    here = f"http://127.0.0.1:{cli.mxx.port}"
    assert cli("--server", here, "health", MXX_SERVER_PORT="1").code == 0
    assert cli("health", MXX_SERVER_HOST="127.0.0.1", MXX_SERVER_PORT=str(cli.mxx.port)).code == 0


def test_a_name_that_is_taken_is_refused_without_replace(cli: Cli, tmp_path: Path) -> None:
    cli.mxx.save("proto-taken", DEMAND)
    file = tmp_path / "other.toml"
    file.write_text(LONG)
    refused(cli("register", str(file), "--job-id", "proto-taken"), "exists already")
    assert cli("info", "proto-taken").json["toml"] == DEMAND


def test_register_without_a_name_takes_the_files(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "by-its-file.yaml"
    file.write_text("os:\n  cmd: [echo, hello]\n")
    assert cli("register", str(file)).json["name"] == "by-its-file"


def test_a_half_written_file_is_refused_with_its_line(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "half.toml"
    file.write_text('[os]\ncmd = ["echo", \n')
    code, err = cli("register", str(file)).said
    assert (code, "line" in err) == (2, True)


def test_remove_takes_finished_runs_only(cli: Cli) -> None:
    cli.mxx.save("proto-busy", LONG)
    run = cli.mxx.trigger("proto-busy")
    until(lambda: cli.mxx.run(run)["status"] == "running")
    refused(cli("remove", str(run)), "is not over yet")
    cli("cancel", str(run))
    cli.mxx.ended(run)
    assert cli("remove", str(run)).json == {"removed": run}
    refused(cli("status", str(run)), "no job named")


def test_status_of_a_runs_number_tells_that_run(cli: Cli) -> None:
    cli.mxx.save("proto-one", DEMAND)
    run = cli("trigger", "proto-one", "--wait").json["id"]
    assert cli("status", str(run)).json["status"] == "succeeded"
    assert f"proto-one: run {run} succeeded" in cli.on_a_terminal("status", str(run)).out
