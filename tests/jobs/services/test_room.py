"""Room on the disk: told before it is gone, and nothing starts without."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jobs import services


@pytest.fixture
def small(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """A home of 2 MB and 40 files; a test that this machine does not allow is not run, and says so."""
    command = ["mount", "-t", "tmpfs", "-o", "size=2m,nr_inodes=40", "tmpfs", str(tmp_path)]
    if os.name == "nt" or os.geteuid() or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("not run: only root may mount a small file system, and not everywhere")
    settings.MXX_HOME = tmp_path
    try:
        yield tmp_path
    finally:
        subprocess.run(["umount", "-l", str(tmp_path)], check=True)


def test_a_disk_that_is_nearly_full_is_told_and_runs_start(small: Path) -> None:
    assert services.little_room() == f"Only 2 MB are free where MXX keeps its data ({small})."
    assert services.why_no_start() == ""


def test_without_room_nothing_starts(small: Path) -> None:
    (small / "eaten").write_bytes(bytes(3 << 19))
    assert services.why_no_start() == "waits: less than 1 MB is free on the disk where MXX keeps its data"
    assert services.little_room().startswith("Nothing starts: less than 1 MB is free")


def test_without_room_for_files_nothing_starts(small: Path) -> None:
    for number in range(30):
        (small / str(number)).touch()
    assert services.why_no_start() == "waits: the disk where MXX keeps its data takes no more files"
