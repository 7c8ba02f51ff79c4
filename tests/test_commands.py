"""The commands that tools/venv.py writes into .venv: they start this checkout's code from anywhere."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tools import venv

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the shell form of the launchers")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of launchers that use the Python of the tests."""
    monkeypatch.setattr(venv, "PYTHON", Path(sys.executable))
    venv.write_commands(tmp_path)
    return tmp_path


def start(command: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [command, *words],
        cwd=command.parent,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize("name", ["mxx-cli", "mxx-client", "mxx"])
def test_the_client_starts_from_any_folder(folder: Path, name: str) -> None:
    assert "Usage: mxx-cli" in start(folder / name, "--help").stdout


def test_the_client_starts_through_a_link(folder: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(folder / "mxx-cli")
    assert start(link, "--help").returncode == 0


def test_the_server_is_manage_py_up(folder: Path) -> None:
    refused = start(folder / "mxx-server", MXX_SLOTS="many")
    assert (refused.returncode, refused.stderr.startswith("mxx: MXX_SLOTS=")) == (2, True)


def test_a_second_set_up_leaves_them_alone_and_mends_a_wrong_one(folder: Path) -> None:
    before = (folder / "mxx-cli").stat()
    (folder / "mxx-server").write_text("#!/bin/sh\nexit 1\n")
    venv.write_commands(folder)
    assert (folder / "mxx-cli").stat() == before
    assert "manage.py" in (folder / "mxx-server").read_text()
    assert stat.S_IMODE((folder / "mxx-server").stat().st_mode) == 0o755


def test_odd_paths_are_quoted() -> None:
    assert venv.shell_script(["/my dir/$x/python", "a'b"]).splitlines()[1] == (
        """exec '/my dir/$x/python' 'a'"'"'b' "$@\""""
    )
    assert venv.batch_file([r"C:\100% mine\python.exe", "up"]) == (
        '@echo off\r\n"C:\\100%% mine\\python.exe" "up" %*\r\n'
    )
