"""Every file in examples/ runs as it stands, through the same door as a user's."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = sorted((ROOT / "examples").glob("*.toml"))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def runjob(example: str, home: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", "runjob", "--file", f"examples/{example}"]
    environment = {**os.environ, "MXX_HOME": str(home)}
    return subprocess.run(
        command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120
    )


def programs_under(home: Path) -> list[str]:
    """Command lines of the living processes that work in this home."""
    alive = []
    for process in psutil.process_iter():
        try:
            if Path(process.cwd()).is_relative_to(home):
                alive.append(" ".join(process.cmdline()))
        except (psutil.Error, OSError):  # gone meanwhile, or somebody else's
            continue
    return alive


@pytest.mark.parametrize("example", [path.name for path in EXAMPLES])
def test_the_example_succeeds_as_it_stands(example: str, home: Path) -> None:
    done = runjob(example, home)
    assert done.returncode == 0, done.stdout + done.stderr


def test_there_are_at_least_five_examples() -> None:
    assert len(EXAMPLES) >= 5


def test_hello_prints_its_greeting(home: Path) -> None:
    assert "Hello from MXX" in runjob("hello.toml", home).stdout


def test_the_held_program_is_gone_afterwards(home: Path) -> None:
    assert runjob("held.toml", home).returncode == 0
    assert [line for line in programs_under(home) if "sleep" in line] == []


def test_the_backup_leaves_an_archive(home: Path) -> None:
    runjob("nightly-backup.toml", home)
    archives = list(home.rglob("backup-*.tar.gz"))
    assert len(archives) == 1
    assert archives[0].stat().st_size > 0


def test_the_two_programs_start_in_their_order(home: Path) -> None:
    output = runjob("two-in-order.toml", home).stdout
    assert output.index("first: ready") < output.index("second: the first was ready")
