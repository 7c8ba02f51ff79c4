"""A disk that is really full."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.plugins.custody.kit import Home, Zygote, python, sh
from tests.volumes import small_volume

EATERS = {
    "room": "f = open('eaten', 'wb', 0)\ntry:\n    while f.write(bytes(4096)): pass\nexcept OSError: pass\n",
    "inodes": "try:\n    for n in range(10**4): open(f'f{n}', 'w').close()\nexcept OSError: pass\n",
}
"""Programs that take everything of a small disk."""


@pytest.fixture
def small(tmp_path: Path, zygote: Zygote) -> Iterator[Home]:
    with small_volume(tmp_path / "small", "size=4m,nr_inodes=60") as folder:
        home = Home(folder, zygote)
        yield home
        home.close()


@pytest.mark.parametrize("eats", EATERS.values(), ids=EATERS)
def test_a_run_that_fills_the_disk_succeeds_and_its_log_says_what_is_missing(eats: str, small: Home) -> None:
    run = small.go(python(eats + "print('x' * 100_000)\nprint('the end')"), log_limit=100_000)
    result = run.result()
    assert (result["status"], result["receipt"]["gone"]) == ("succeeded", 1)
    assert "bytes cut" in run.log()
    assert any(event["kind"] == "disk" for event in run.dir.events())
    assert {"launch", "exit", "hook"} <= {event["kind"] for event in run.dir.events()}


@pytest.mark.parametrize("eats", EATERS.values(), ids=EATERS)
def test_without_room_nothing_is_started_and_with_room_again_everything_is_fine(
    eats: str, small: Home
) -> None:
    full = small.go(python(eats))
    assert full.result()["status"] == "succeeded"
    kept_out = small.cold(sh("echo hello"))
    assert kept_out.cold is not None and kept_out.cold.wait(10) == 0
    assert kept_out.dir.started() is None and kept_out.dir.result() is None
    subprocess.run(["rm", "-r", str(full.dir.work)], check=True)
    next_one = small.go(sh("echo hello"))
    assert (next_one.result()["status"], next_one.output()) == ("succeeded", "hello\n")
