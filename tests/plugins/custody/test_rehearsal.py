"""The zygote's rehearsal goes the runner's whole way, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from plugins.custody.rehearsal import rehearse, rehearse_keeper
from tests.plugins.custody.kit import Home, Zygote, program


def test_a_rehearsal_takes_a_job_to_its_end() -> None:
    assert b'"status": "succeeded"' in rehearse()


def test_a_rehearsal_leaves_no_descriptor_and_no_signal_handler() -> None:
    before = os.listdir("/proc/self/fd"), signal.getsignal(signal.SIGUSR1)
    rehearse_keeper(rehearse())
    assert (os.listdir("/proc/self/fd"), signal.getsignal(signal.SIGUSR1)) == before


def test_a_rehearsal_changes_neither_folder_nor_umask() -> None:
    def surroundings() -> list[str]:
        umask = [line for line in Path("/proc/self/status").read_text().splitlines() if "Umask" in line]
        return [os.getcwd(), *umask]

    before = surroundings()
    rehearse_keeper(rehearse())
    assert surroundings() == before


def test_a_rehearsed_keeper_keeps_a_run_of_nobody_and_removes_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    result = rehearse_keeper(rehearse())
    assert (result["status"], result["receipt"]["text"]) == ("succeeded", "1 started, 1 gone, 0 left")
    assert list(tmp_path.iterdir()) == []


def test_without_a_folder_for_the_rehearsal_keepers_keep_runs_all_the_same(home: Home) -> None:
    home.zygote = Zygote(env={**os.environ, "TMPDIR": "/not/there"})
    assert home.run(program("true"))["status"] == "succeeded"
    assert home.zygote.close() == 0
