"""`manage.py runjob` as a new user meets it: a fresh home, no server."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from tests.chaos.databases import forget
from tests.chaos.mxx import Mxx, until

HELLO = '[os]\ncmd = ["echo", "hello"]\n'


def run(home: Path, file: Path, text: str, *options: str) -> tuple[int, str, str]:
    """(exit code, stdout, stderr) of `runjob --file`."""
    file.write_text(text)
    command = Mxx(home).command("runjob", "--file", str(file), *options)
    out, err = command.communicate(timeout=60)
    return command.returncode, out, err


@pytest.mark.parametrize(
    ("text", "code", "word"),
    [
        ('[os]\ncmd = ["echo", "hello"]\n', 0, "succeeded"),
        ('[os]\ncmd = ["sh", "-c", "exit 3"]\n', 1, "sh ended with code 3"),
        ('[os]\ncmd = ["no-such-program"]\n', 1, "not found"),
        ('[job]\ntimeout = 0.3\n[os]\ncmd = ["sleep", "20"]\n', 124, "timeout of 0.3 s"),
        ('[appp]\npath = "/"\n', 2, "did you mean [app]?"),
        ('[os]\ncmd = ""\n', 2, "os.cmd"),
        ("[os\n", 2, "line 1, column"),
        (f'{HELLO}[schedule]\ntrigger = "cron"\nexpression = "0 4 30 2 *"\n', 2, "schedule[0].expression"),
        (
            f'{HELLO}[schedule]\ntrigger = "date"\nrun_date = 2027-01-01\ntimezone = "Mars"\n',
            2,
            "schedule[0].timezone",
        ),
    ],
)
def test_the_exit_code_and_the_last_line_tell_the_end(
    home: Path, tmp_path: Path, text: str, code: int, word: str
) -> None:
    exit_code, _, err = run(home, tmp_path / "job.toml", text)
    assert (exit_code, word in err.splitlines()[-1]) == (code, True), err
    assert "Traceback" not in err


def test_the_log_is_live_and_goes_where_it_belongs(home: Path, tmp_path: Path) -> None:
    _, out, err = run(home, tmp_path / "job.toml", '[os]\ncmd = "echo out; echo err >&2"\nshell = true\n')
    assert out == "out\n"
    assert "err" in err.splitlines()


def test_json_gives_the_run_alone_on_stdout(home: Path, tmp_path: Path) -> None:
    _, out, _ = run(home, tmp_path / "job.toml", '[os]\ncmd = ["echo", "hello"]\n', "--json")
    told = json.loads(out)
    assert (told["job"], told["source"], told["status"], told["exit_code"]) == ("job", "cli", "succeeded", 0)


def test_params_reach_the_program_and_undeclared_ones_are_refused(home: Path, tmp_path: Path) -> None:
    text = '[params]\nstage = "1-7"\n[os]\ncmd = ["sh", "-c", "echo $MXX_PARAM_STAGE"]\n'
    assert run(home, tmp_path / "job.toml", text, "--param", "stage=CE-6")[1] == "CE-6\n"
    code, _, err = run(home, tmp_path / "job.toml", text, "--param", "uid=0")
    assert (code, "params.uid" in err) == (2, True)


def test_ctrl_c_cancels_the_run(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "job.toml"
    file.write_text(f'[os]\ncmd = ["sh", "-c", "touch {tmp_path}/begun; sleep 30"]\n')
    command = Mxx(home).command("runjob", "--file", str(file))
    until((tmp_path / "begun").exists, what="the program at work")
    command.send_signal(signal.SIGINT)
    _, err = command.communicate(timeout=30)
    assert command.returncode == 130
    assert "cancelled in the terminal" in err


def test_an_unknown_job_is_bad_input(home: Path) -> None:
    command = Mxx(home).command("runjob", "nobody")
    _, err = command.communicate(timeout=30)
    assert (command.returncode, err) == (2, "mxx: error: there is no job named 'nobody'\n")


def test_params_are_read_by_their_declared_types(home: Path, tmp_path: Path) -> None:
    text = '[params]\ntimes = {type = "int", max = 3}\nname = "a"\n[os]\ncmd = ["echo", "${params.name}", "${params.times}"]\n'
    given = ("--param", "times=2", "--param", "name=; touch canary")
    assert run(home, tmp_path / "job.toml", text, *given)[1] == "; touch canary 2\n"
    for wrong, said in ((("--param", "times=many"), "must be a whole number"), ((), "must be given")):
        code, _, err = run(home, tmp_path / "job.toml", text, *wrong)
        assert (code, said in err, "Traceback" in err) == (2, True, False)
    assert not list(tmp_path.rglob("canary"))


def test_after_a_kill_the_next_terminal_goes_on_without_a_server(home: Path, tmp_path: Path) -> None:
    job_file = home / "jobs" / "nap.toml"
    begun = tmp_path / "begun"
    job_file.parent.mkdir(parents=True)
    job_file.write_text(f'[os]\ncmd = ["sh", "-c", "touch {begun}; sleep 2"]\n')
    mxx = Mxx(home).up()
    mxx.stop()
    first = mxx.command("runjob", "nap")
    until(begun.exists, what="the program at work")
    first.kill()
    first.communicate()
    second = mxx.command("runjob", "nap")
    second.communicate(timeout=60)
    assert second.returncode == 0


def test_a_new_database_never_believes_an_old_runs_result(home: Path, tmp_path: Path) -> None:
    run(home, tmp_path / "job.toml", '[os]\ncmd = ["echo", "first"]\n')
    forget(home)
    code, out, _ = run(home, tmp_path / "job.toml", '[os]\ncmd = "echo second; exit 3"\nshell = true\n')
    assert (code, out) == (1, "second\n")


def test_a_home_that_cannot_be_written_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "runs").write_text("in the way")
    code, _, err = run(tmp_path / "home", tmp_path / "job.toml", '[os]\ncmd = ["true"]\n')
    assert (code, len(err.splitlines())) == (2, 1)
    assert "cannot be used" in err
