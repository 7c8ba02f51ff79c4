"""Kill by name: exact, never MXX itself, and never by a shell."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from plugins.custody.byname import end_all
from plugins.custody.ourselves import is_mxx
from tests.plugins.custody.kit import ROOT

LONG = f"mxx-a-name-longer-than-15-{os.getpid()}"


@pytest.fixture
def sleeper(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A program whose name the kernel cuts."""
    (tmp_path / LONG).symlink_to("/bin/sleep")
    program = subprocess.Popen([tmp_path / LONG, "60"])
    yield program
    program.kill()
    program.wait()


def test_a_long_name_is_met_whole(sleeper: subprocess.Popen[bytes]) -> None:
    assert end_all([LONG], 2.0) == [f"{LONG} {sleeper.pid}"]
    assert not psutil.pid_exists(sleeper.pid)


NEARLY = {
    "what the kernel keeps of it": LONG[:15],
    "one letter less": LONG[:-1],
    "one letter more": f"{LONG}x",
    "capitals": LONG.upper(),
    "a star": "*",
    "a pattern": ".*",
    "nothing": "",
    "another command behind it": f"{LONG};x",
}


@pytest.mark.parametrize("name", NEARLY.values(), ids=NEARLY)
def test_anything_but_the_exact_name_meets_nobody(name: str, sleeper: subprocess.Popen[bytes]) -> None:
    assert (end_all([name], 0.1), sleeper.poll()) == ([], None)


def test_the_process_itself_and_its_ancestors_are_spared(tmp_path: Path) -> None:
    """Under a name that nobody else on this machine has."""
    name = f"mxx-b{os.getpid()}"
    (tmp_path / name).symlink_to("/bin/sh")
    code = f"from plugins.custody.byname import end_all; print(end_all(['{name}'], 0.1))"
    script = f'"{sys.executable}" -c "{code}"; echo alive'
    told = subprocess.run(
        [tmp_path / name, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert told.stdout == "[]\nalive\n"


@pytest.mark.parametrize(
    ("name", "argv"),
    [
        ("mxx-zygote", []),
        ("python3", ["python", "-m", "plugins.custody.zygote"]),
        ("python3", ["python", str(ROOT / "manage.py"), "runweb"]),
        ("python3", ["/venv/bin/python", "/venv/bin/mxx-server"]),
    ],
)
def test_mxx_itself_is_recognised(name: str, argv: list[str]) -> None:
    assert is_mxx(name, argv)


@pytest.mark.parametrize("argv", [["python3", "bot.py"], ["python3", "/srv/site/manage.py", "runserver"]])
def test_the_users_own_programs_are_not_taken_for_mxx(argv: list[str]) -> None:
    assert not is_mxx("python3", argv)
