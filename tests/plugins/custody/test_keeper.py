"""One run, from its marker to its result, with real processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from plugins.custody.backends import backend
from plugins.output.segments import read
from tests.plugins.custody.kit import ROOT, Home, lifetime, program, python, sh, until, until_there

# ---- the result


def test_a_program_that_ends_well_is_a_success(home: Home) -> None:
    run = home.go(program("echo", "hello"))
    result = run.result()
    assert (result["status"], result["reason"], result["exit_code"]) == ("succeeded", "", 0)
    assert run.output() == "hello\n"
    assert result["started_at"] < result["finished_at"]


def test_a_program_that_exits_3_fails_the_run_with_its_code_and_a_sentence(home: Home) -> None:
    result = home.run(sh("exit 3"))
    assert (result["status"], result["reason"], result["exit_code"]) == ("failed", "sh ended with code 3", 3)


def test_a_program_that_kills_itself_is_told_with_the_signal(home: Home) -> None:
    result = home.run(sh("kill -9 $$"))
    assert (result["reason"], result["exit_code"]) == ("sh was ended by signal 9 (SIGKILL)", -9)
    assert result["receipt"]["launches"][0]["signal"] == 9


def test_after_a_failure_no_further_program_is_started(home: Home) -> None:
    run = home.go(sh("exit 1"), ("os#2", "os", {"cmd": ["echo", "second"]}))
    assert run.result()["receipt"]["started"] == 1


@pytest.mark.parametrize(
    ("cmd", "options", "says"),
    [
        (["nosuch-program"], {}, "cannot start nosuch-program: not found on PATH="),
        (["/nosuch/program"], {}, "cannot start /nosuch/program: not found"),
        (["/etc"], {}, "cannot start /etc: not executable"),
        (["/etc/passwd"], {}, "cannot start /etc/passwd: not executable"),
        (["echo"], {"cwd": "/nosuch"}, "cannot start echo: its folder /nosuch does not exist"),
        (["echo"], {"cwd": "~/nosuch"}, f"cannot start echo: its folder {Path.home()}/nosuch does not exist"),
        (["echo", "a\0b"], {}, "embedded null byte"),
        (["echo", "\ud800"], {}, "surrogates not allowed"),
        (["echo", "x" * 200_000], {}, "Argument list too long"),
        (["echo"], {"env": {"A=B": "c"}}, "illegal environment variable name"),
        (["echo"], {"env": {"PATH": "/nosuch"}}, "not found on PATH=/nosuch"),
    ],
)
def test_a_program_that_cannot_be_started_fails_the_run_in_one_sentence(
    cmd: list[str], options: dict[str, object], says: str, home: Home
) -> None:
    result = home.run(program(*cmd, **options))
    assert result["status"] == "failed"
    assert says in result["reason"]
    assert "Traceback" not in home.runs[-1].log()


def test_a_text_file_without_a_first_line_for_the_kernel_is_told(home: Home, tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text("echo hello\n")
    script.chmod(0o700)
    assert "not a program (a script needs a #! line)" in home.run(program(str(script)))["reason"]


def test_bytes_that_are_no_utf_8_pass_through_and_hurt_no_reader(home: Home) -> None:
    run = home.go(program("printf", "%s", "\udcff\udcfe"))
    run.result()
    record = [record for record in read(run.dir.log) if record.stream == 0]
    assert record[0].data == b"\xff\xfe"
    json.dumps(run.dir.events() + run.dir.ledger(), ensure_ascii=False).encode()


def test_the_receipt_tells_every_launch(home: Home) -> None:
    receipt = home.run(program("true"), ("os#2", "os", {"cmd": ["echo"]}))["receipt"]
    assert [(one["number"], one["name"], one["exit_code"]) for one in receipt["launches"]] == [
        (1, "true", 0),
        (2, "echo", 0),
    ]
    assert receipt["text"] == "2 started, 2 gone, 0 left"


def test_events_tell_launch_hook_and_exit(home: Home) -> None:
    run = home.go(program("true"))
    run.result()
    assert [event["kind"] for event in run.dir.events()] == ["launch", "exit", "hook"]
    assert run.dir.events()[2]["seconds"] > 0


def test_events_of_a_longer_run_can_be_watched(home: Home) -> None:
    run = home.go(program("sleep", "60"))
    until(lambda: [event["kind"] for event in run.dir.events()] == ["launch"])
    run.stop()
    run.result()
    assert [event["kind"] for event in run.dir.events()] == ["launch", "hook", "exit"]


def test_the_ledger_names_the_intent_before_the_process(home: Home) -> None:
    run = home.go(program("true"))
    run.result()
    intent, launch = run.dir.ledger()
    assert (intent["intent"], launch["launch"], launch["boot"]) == (1, 1, backend().boot())


# ---- the marker


def test_a_second_start_of_the_same_attempt_does_nothing(home: Home, tmp_path: Path) -> None:
    count = tmp_path / "count"
    run = home.go(sh(f"echo x >> {count}"))
    run.result()
    home.zygote.go(run.spec)
    home.run(program("true"))  # a later run has ended: the second start had its chance
    assert count.read_text() == "x\n"


def test_a_fenced_attempt_never_starts(home: Home) -> None:
    spec = home.spec(program("true"))
    assert spec.dir.take_marker({"fenced_by": "a test"})
    home.zygote.go(spec)
    home.run(program("true"), run=2)
    assert (spec.dir.result(), read(spec.dir.log)) == (None, [])


@pytest.mark.parametrize("end", [b"", b"\n"], ids=["half a token", "a whole one"])
def test_only_a_whole_go_token_starts_a_run(end: bytes, home: Home) -> None:
    spec = home.spec(program("true"))
    command = [sys.executable, "-m", "plugins.custody.keeper"]
    subprocess.run(command, input=spec.line().rstrip(b"\n") + end, cwd=ROOT, check=True, timeout=20)
    assert bool(spec.dir.started()) == bool(end)


# ---- stopping


def test_a_run_cancelled_before_its_start_runs_no_hook(home: Home) -> None:
    spec = home.spec(program("true"))
    spec.dir.ask_to_stop("not today")
    home.zygote.go(spec)
    result = until(spec.dir.result)
    assert (result["status"], result["reason"], spec.dir.events()) == ("cancelled", "not today", [])


def test_a_cancel_ends_an_action_that_waits_for_its_program(home: Home) -> None:
    run = home.go(program("sleep", "60")).begun()
    run.stop("cancelled by me")
    assert (run.result()["status"], run.result()["reason"]) == ("cancelled", "cancelled by me")
    assert "interrupted" in [event["message"] for event in run.dir.events()]


def test_a_cancel_ends_the_hold(home: Home) -> None:
    run = home.go(program("sleep", "60", wait=False), lifetime(3600)).begun()
    run.stop()
    assert run.result()["status"] == "cancelled"


def test_a_cancel_without_a_signal_is_seen_within_a_second(home: Home) -> None:
    run = home.go(program("sleep", "60")).begun()
    run.dir.ask_to_stop("quietly")
    assert run.result(2.0)["status"] == "cancelled"


def test_a_timeout_is_a_failure_of_its_own_kind(home: Home) -> None:
    result = home.run(program("sleep", "60"), timeout=0.3)
    assert (result["status"], result["reason"]) == ("timed_out", "took longer than its timeout of 0.3 s")
    assert result["finished_at"] - result["started_at"] < 2


def test_an_end_of_a_lifetime_is_a_success(home: Home) -> None:
    result = home.run(program("sleep", "60", wait=False), lifetime(0.3))
    assert (result["status"], result["exit_code"]) == ("succeeded", None)
    assert result["receipt"]["launches"][0]["how"] == "asked to end"


def test_signals_to_the_keeper_do_not_end_the_run(home: Home, tmp_path: Path) -> None:
    run = home.go(until_there(tmp_path / "end")).begun()
    for number in (1, 2, 10, 15):
        os.kill(run.keeper().pid, number)
    (tmp_path / "end").touch()
    assert run.result()["status"] == "succeeded"


# ---- what a program inherits


def test_a_program_has_three_descriptors_and_nothing_on_stdin(home: Home) -> None:
    run = home.go(sh("ls /proc/$$/fd; wc -c"))
    run.result()
    assert run.output().split() == ["0", "1", "2", "0"]


def signals_in(status: str) -> set[int]:
    """Numbers of the signals in lines of /proc/PID/status; without 32 and 33, which glibc keeps to itself."""
    masks = [int(line.split()[1], 16) for line in status.splitlines()]
    return {number for mask in masks for number in range(1, 65) if mask >> (number - 1) & 1} - {32, 33}


def test_a_program_ignores_and_blocks_no_signal(home: Home) -> None:
    run = home.go(program("grep", "-E", "Sig(Ign|Blk)", "/proc/self/status"))
    run.result()
    assert signals_in(run.output()) == set()


def test_signals_that_our_own_parent_ignored_or_blocked_are_not_handed_on(home: Home) -> None:
    """As nohup does to SIGHUP, and a shell without job control to SIGINT and SIGQUIT."""
    before = (
        "import signal\n"
        "for number in (signal.SIGQUIT, signal.SIGUSR2, signal.SIGTTOU): signal.signal(number, signal.SIG_IGN)\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM, signal.SIGALRM])"
    )
    run = home.cold(program("grep", "-E", "Sig(Ign|Blk)", "/proc/self/status"), before=before)
    run.result()
    assert signals_in(run.output()) == set()


def test_a_program_ends_at_a_closed_pipe_like_anywhere_else(home: Home) -> None:
    assert home.run(sh("yes | head -1"))["finished_at"]


def test_a_program_starts_in_the_work_folder_of_its_run_and_leads_a_session(home: Home) -> None:
    run = home.go(sh("pwd; cut -d' ' -f1,6 /proc/self/stat; echo $$"))
    run.result()
    where, _, pid = run.output().split("\n")[:3]
    assert where == str(run.dir.work)
    assert run.output().split("\n")[1].split()[1] == pid


def test_a_program_sees_the_users_environment_and_of_mxx_only_its_own_run(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("MXX_HOME", "MXX_SECRET_KEY", "DJANGO_SETTINGS_MODULE", "DATABASE_URL", "OF_THE_USER"):
        monkeypatch.setenv(name, "x")
    run = home.cold(program("env"), job="Nightly", params={"target": "photos", "deep": True})
    run.result()
    names = dict(line.split("=", 1) for line in run.output().splitlines() if "=" in line)
    ours = {name: value for name, value in names.items() if name.startswith(("MXX", "DJANGO", "DATABASE"))}
    assert ours == {
        "MXX_RUN_ID": "1",
        "MXX_JOB": "Nightly",
        "MXX_PARAM_TARGET": "photos",
        "MXX_PARAM_DEEP": "true",
    }
    assert names["OF_THE_USER"] == "x"


def test_a_program_of_a_run_gets_the_env_of_its_section(home: Home) -> None:
    run = home.go(sh("echo $COLOR $MXX_RUN_ID", env={"COLOR": "red"}))
    run.result()
    assert run.output() == "red 1\n"


def test_a_relative_program_is_found_from_its_own_folder(home: Home, tmp_path: Path) -> None:
    (tmp_path / "tool").symlink_to("/bin/echo")
    run = home.go(program("./tool", "here", cwd=str(tmp_path)))
    run.result()
    assert run.output() == "here\n"


# ---- two at once


def test_two_runs_of_the_same_plugins_do_not_touch_each_other(home: Home) -> None:
    runs = [
        home.go(sh("echo $MXX_RUN_ID > mine; sleep 0.3; cat mine"), lifetime(0.1), job=f"job {number}")
        for number in range(5)
    ]
    assert [run.result()["status"] for run in runs] == ["succeeded"] * 5
    assert [run.output() for run in runs] == [f"{number}\n" for number in range(1, 6)]


# ---- output


def test_a_gigabyte_of_output_is_kept_bounded_and_told(home: Home) -> None:
    megabytes = 200
    run = home.go(sh(f"head -c {megabytes}M /dev/zero; echo; echo the end"), log_limit=1 << 20)
    assert run.result(60)["status"] == "succeeded"
    assert sum(path.stat().st_size for path in run.dir.log.iterdir()) < 3 << 20
    assert "bytes cut" in run.log()
    assert "the end\n" in run.log()


def test_stdout_and_stderr_are_told_apart(home: Home) -> None:
    run = home.go(sh("echo out; echo err >&2"))
    run.result()
    streams = {record.data: (record.stream, record.launch) for record in read(run.dir.log)}
    assert (streams[b"out\n"], streams[b"err\n"]) == ((0, 1), (1, 1))


def test_thousands_of_programs_leave_no_descriptor_behind(home: Home) -> None:
    home.plugin(
        "many",
        "@hook('action')\ndef act(self, run):\n    for _ in range(600):\n        run.launch(['/bin/true'])",
    )
    run = home.cold(
        ("many", "many", {}), before="import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (60, 60))"
    )
    assert run.result()["receipt"]["started"] == 600


def test_hundreds_of_programs_at_once_do_not_choke_a_runner_that_does_not_listen(home: Home) -> None:
    body = (
        "@hook('action')\n"
        "def act(self, run):\n"
        "    for _ in range(400):\n"
        "        run.launch(['/bin/true'], wait=False)\n"
        "    time.sleep(60)\n"
    )
    home.plugin("many", body)
    began = time.monotonic()
    result = home.cold(("many", "many", {}), timeout=5).result()
    assert (result["status"], result["receipt"]["gone"]) == ("timed_out", 400)
    assert time.monotonic() - began < 10


# ---- a disk that is full


def test_a_full_disk_costs_the_log_and_not_the_run(home: Home) -> None:
    before = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (80_000, 80_000))"
    run = home.cold(sh("head -c 200000 /dev/zero | tr '\\0' x; echo; exit 3"), before=before)
    result = run.result()
    assert (result["status"], result["exit_code"]) == ("failed", 3)
    assert "bytes cut" in run.log()


def test_events_that_cannot_be_written_are_told_with_the_result(home: Home) -> None:
    folder = home.spec(program("true")).dir
    folder.path.mkdir(parents=True)
    (folder.path / "events").symlink_to("/dev/full")
    run = home.go(program("sleep", "1"))
    assert run.result()["status"] == "succeeded"
    (folder.path / "events").unlink()
    assert {"launch", "hook", "exit"} <= {event["kind"] for event in run.dir.events()}


# ---- kill by name


def sleeper(path: Path) -> subprocess.Popen[bytes]:
    """A program of this name, which no other test on this machine has."""
    path.symlink_to("/bin/sleep")
    return subprocess.Popen([path, "60"])


def test_kill_ends_a_program_of_exactly_that_name_and_no_other(home: Home, tmp_path: Path) -> None:
    name = f"mxx-a{os.getpid()}"
    doomed, spared = sleeper(tmp_path / name), sleeper(tmp_path / f"{name}b")
    try:
        result = home.run(program("true", kill=name))
        assert doomed.wait(5) == -15
        assert (result["receipt"]["named"], spared.poll()) == ([f"{name} {doomed.pid}"], None)
    finally:
        spared.kill()
        spared.wait()


def test_a_name_with_shell_signs_is_only_a_name(home: Home, tmp_path: Path) -> None:
    result = home.run(program("true", kill=f"x; touch {tmp_path}/pwned"))
    assert (result["status"], (tmp_path / "pwned").exists()) == ("succeeded", False)


def test_the_kill_list_survives_a_cancel(home: Home, tmp_path: Path) -> None:
    name = f"mxx-c{os.getpid()}"
    doomed = sleeper(tmp_path / name)
    run = home.go(program("true", kill=name), ("os#2", "os", {"cmd": ["sleep", "60"]}))
    until(lambda: len(run.dir.ledger()) == 4)
    run.stop()
    assert len(run.result()["receipt"]["named"]) == 1
    assert doomed.wait(5) == -15


def test_python_code_prints_as_it_goes(home: Home) -> None:
    run = home.go(python("print('at once', flush=True); import time; time.sleep(60)")).begun()
    until(lambda: "at once" in run.log())
    run.stop()
