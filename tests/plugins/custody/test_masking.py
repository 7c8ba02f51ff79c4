"""No file of a run holds a secret of it."""

from __future__ import annotations

from plugins.custody.rundir import RunDir
from tests.plugins.custody.kit import Home, program, sh, until

SECRET = "correct-horse/battery"
SECRETS = {"token": SECRET}


def everything(folder: RunDir) -> bytes:
    return b"".join(path.read_bytes() for path in folder.path.rglob("*") if path.is_file())


def test_a_secret_written_in_two_halves_is_masked_in_the_log(home: Home) -> None:
    script = "import sys, time; sys.stdout.write('in correct-'); sys.stdout.flush(); time.sleep(.2); print('horse/battery')"
    run = home.go(program("python3", "-c", script), secrets=SECRETS)
    run.result()
    assert run.output() == "in ***\n"


def test_a_secret_on_the_command_line_reaches_no_file(home: Home) -> None:
    run = home.go(program("/bin/echo", "--token", SECRET), secrets=SECRETS)
    result = run.result()
    assert result["receipt"]["launches"][0]["argv"] == ["/bin/echo", "--token", "***"]
    assert SECRET.encode() not in everything(run.dir)


def test_a_secret_in_an_error_and_in_progress_reaches_no_file(home: Home) -> None:
    body = (
        "@hook('action')\ndef act(self, run):\n"
        f"    run.progress(0.5, 'with {SECRET}')\n    run.log.info('{SECRET}')\n    raise ValueError('{SECRET}')"
    )
    run = home.cold(home.plugin("loud", body), secrets=SECRETS)
    result = run.result()
    assert "***" in result["reason"] and "***" in result["error"]
    assert SECRET.encode() not in everything(run.dir)


def test_a_program_that_is_not_found_is_told_without_the_secret_in_its_name(home: Home) -> None:
    run = home.go(program(f"/nowhere/{SECRET}"), secrets=SECRETS)
    assert run.result()["reason"].count("***") >= 1
    assert SECRET.encode() not in everything(run.dir)


def test_the_live_view_does_not_wait_for_what_only_looks_like_a_secret(home: Home) -> None:
    run = home.go(sh("printf 'yes or co'; sleep 60"), secrets=SECRETS)
    until(lambda: run.output() == "yes or co", 10)
    run.stop()
