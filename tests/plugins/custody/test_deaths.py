"""Every adversary, its keeper and its runner dead at once: the sweep leaves nobody of them, and no stranger is touched."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from plugins.custody.backends import backend
from plugins.custody.rundir import RunDir
from plugins.custody.sweep import sweep
from tests.plugins.custody.kit import (
    ADVERSARY,
    Going,
    Home,
    Zygote,
    adversary,
    lifetime,
    living,
    marks,
    python_for,
    until,
)
from tests.plugins.custody.test_escapes import MODES

NOBODY = 65534


@pytest.fixture(params=["this user", "an ordinary user"])
def user(request: pytest.FixtureRequest) -> int:
    if request.param == "this user":
        return os.getuid()
    if os.getuid():
        pytest.skip("not run: only root can become another user")
    if not python_for(NOBODY):
        pytest.skip("not run: the other user can reach no Python of this machine")
    return NOBODY


@pytest.fixture
def python(user: int) -> str:
    return python_for(user)


@pytest.fixture
def place(user: int) -> Iterator[Path]:
    """A home that this user can reach; what pytest gives is root's alone."""
    path = Path(tempfile.mkdtemp(prefix="mxx-deaths-"))
    os.chown(path, user, -1)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def home(place: Path, user: int, python: str) -> Iterator[Home]:
    options: dict[str, Any] = {"user": user, "group": user, "extra_groups": []} if user != os.getuid() else {}
    opened = Home(place, Zygote(python=python, **options).ready())
    yield opened
    opened.close()
    opened.zygote.close()


@pytest.fixture
def strangers(place: Path, user: int, python: str) -> Iterator[dict[str, Path]]:
    """For each adversary one of the same program, arguments and user, whom nobody in MXX started."""
    folders = {mode: place / f"stranger-{mode}" for mode in MODES}
    processes = []
    for mode, folder in folders.items():
        folder.mkdir()
        (folder / "stranger").touch()
        os.chown(folder, user, -1)
        processes.append(subprocess.Popen([python, "-IS", ADVERSARY, mode], cwd=folder, user=user))
    until(lambda: all(living(folder) for folder in folders.values()), 40)
    yield folders
    for process in processes:
        process.kill()
        process.wait()


def kill_keeper_and_runner(run: Going) -> RunDir:
    """The runner dies with its keeper: it asked the kernel for that."""
    keeper = run.keeper()
    os.kill(keeper.pid, 9)
    until(lambda: not backend().alive(keeper))
    return run.dir


def test_nobody_of_them_survives_and_no_stranger_is_harmed(
    home: Home, place: Path, user: int, python: str, strangers: dict[str, Path]
) -> None:
    runs = {}
    for mode in MODES:
        section = adversary(mode, place / mode, python)
        os.chown(place / mode, user, -1)
        runs[mode] = home.go(section, lifetime(3600), grace=0.3)
    until(lambda: all(len(marks(place / mode)) >= MODES[mode] and living(place / mode) for mode in MODES), 40)
    folders = [kill_keeper_and_runner(run) for run in runs.values()]
    with ThreadPoolExecutor(len(folders)) as pool:
        receipts = list(pool.map(sweep, folders))
    assert {mode: living(place / mode) for mode in MODES if living(place / mode)} == {}
    assert [mode for mode, folder in strangers.items() if len(living(folder)) != 1] == []
    assert [receipt["left"] for receipt in receipts] == [0] * len(runs)
