"""`syncjobs` and `exportjobs` as commands: exit codes, sentences, and the broken files of the corpus."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.mxx import Mxx, until
from tests.corpus.broken import broken_job_files

pytestmark = pytest.mark.usefixtures("on_sqlite")

GOOD = '# mine\n[os]\ncmd = ["echo", "hello"]\n'


RICH = """# nightly, and after breakfast
[job]
description = "Backup"  # of everything
overlap = "queue"
retries = 2
misfire = "skip"
tags = ["nas", "night"]

[params]
depth = { type = "int", default = 3 }

[[os]]  # the first of two
cmd = ["echo", "${params.depth}"]

[[os]]
cmd = 'echo "done"'
check = false

[[schedule]]
name = "night"
trigger = "cron"
hour = 4
timezone = "Asia/Shanghai"

[[schedule]]
trigger = "interval"
hours = 6
anchor = 2026-01-01T00:00:00Z
params = { depth = 9 }
"""


def run(home: Path, *words: str) -> tuple[int, str, str]:
    command = Mxx(home).command(*words)
    out, err = command.communicate(timeout=120)
    assert "Traceback" not in err, err
    return command.returncode, out, err


def schedules(home: Path) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(home / "db.sqlite3")) as database:
        return database.execute(
            "SELECT s.name, s.trigger, s.spec, s.timezone, s.params, j.misfire, j.overlap"
            " FROM jobs_schedule s JOIN jobs_job j ON j.id = s.job_id ORDER BY s.id"
        ).fetchall()


def test_export_wipe_sync_and_export_again_are_byte_equal(home: Path, tmp_path: Path) -> None:
    (home / "jobs").mkdir(parents=True)
    (home / "jobs" / "a.toml").write_text(GOOD)
    (home / "jobs" / "b.toml").write_text(RICH)
    assert run(home, "syncjobs", str(home / "jobs"))[:2] == (0, "created: a\ncreated: b\n0 unchanged\n")
    assert run(home, "exportjobs", str(tmp_path / "one"))[0] == 0
    assert run(tmp_path / "fresh", "syncjobs", str(tmp_path / "one"))[0] == 0
    assert run(tmp_path / "fresh", "exportjobs", str(tmp_path / "two"))[0] == 0
    assert (tmp_path / "two" / "a.toml").read_bytes() == GOOD.encode()
    assert (tmp_path / "two" / "b.toml").read_bytes() == RICH.encode()
    assert schedules(tmp_path / "fresh") == schedules(home) != []


def test_every_broken_file_is_named_and_none_stops_another(home: Path, tmp_path: Path) -> None:
    cases = [case for case in broken_job_files() if case.name != "300 KiB"]
    for number, case in enumerate(cases):
        (tmp_path / f"{number}.{case.format}").write_bytes(case.text)
    (tmp_path / "good.toml").write_text(GOOD)
    code, out, err = run(home, "syncjobs", str(tmp_path))
    assert (code, out.splitlines()[0]) == (2, "created: good")
    told = err.splitlines()
    missing = [
        case.name
        for number, case in enumerate(cases)
        if not any(
            line.startswith(f"mxx: error: {number}.{case.format}: ") and case.message in line for line in told
        )
    ]
    assert missing == []


def test_no_folder_is_a_sentence_with_an_example(home: Path, tmp_path: Path) -> None:
    code, _, err = run(home, "syncjobs", str(tmp_path / "none"))
    assert (code, err.count("\n")) == (2, 1)
    assert "mxx: error: DIR: " in err
    assert "for example" in err


def test_watching_takes_a_change_at_once_and_ends_with_ctrl_c(home: Path, tmp_path: Path) -> None:
    command = Mxx(home).command("syncjobs", str(tmp_path), "--watch")
    assert command.stdout is not None
    try:
        assert command.stdout.readline() == "0 unchanged\n"
        (tmp_path / "a.toml").write_text(GOOD)
        before = time.monotonic()
        until(lambda: command.stdout and command.stdout.readline() == "created: a\n")
        assert time.monotonic() - before < 5
        command.send_signal(signal.SIGINT)
        assert command.wait(10) == 0
    finally:
        if command.poll() is None:
            os.kill(command.pid, signal.SIGKILL)
        command.communicate()
