"""Every file in examples/ runs as it stands, through the same door as a user's."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = sorted((ROOT / "examples").glob("*.toml"))


@dataclass(frozen=True)
class Ran:
    exit_code: int
    output: str
    errors: str
    home: Path


def run_example(example: str, home: Path) -> Ran:
    command = [sys.executable, "manage.py", "runjob", "--file", f"examples/{example}"]
    environment = {**os.environ, "MXX_HOME": str(home)}
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return Ran(done.returncode, done.stdout, done.stderr, home)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Ran]:
    """Runs an example in a home of its own, once for all tests of this file."""
    return cache(lambda example: run_example(example, tmp_path_factory.mktemp("home")))


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
def test_the_example_succeeds_as_it_stands(example: str, ran: Callable[[str], Ran]) -> None:
    done = ran(example)
    assert done.exit_code == 0, done.output + done.errors


def test_there_are_at_least_five_examples() -> None:
    assert len(EXAMPLES) >= 5


def test_hello_prints_its_greeting(ran: Callable[[str], Ran]) -> None:
    assert "Hello from MXX" in ran("hello.toml").output


def test_the_held_program_is_gone_afterwards(ran: Callable[[str], Ran]) -> None:
    assert "started sleep" in ran("held.toml").errors
    assert programs_under(ran("held.toml").home) == []


def test_the_backup_leaves_an_archive(ran: Callable[[str], Ran]) -> None:
    (archive,) = ran("nightly-backup.toml").home.rglob("backup-*.tar.gz")
    assert archive.stat().st_size > 0


def test_the_two_programs_start_in_their_order(ran: Callable[[str], Ran]) -> None:
    output = ran("two-in-order.toml").output
    assert output.index("first: ready") < output.index("second: the first was ready")
