"""A small file system of a test's own, which only root can mount."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_volume(folder: Path, options: str) -> Iterator[Path]:
    """options: of tmpfs, "size=4m". A test that this machine does not allow is not run, and says so."""
    folder.mkdir()
    try:
        _mount(folder, options)
        yield folder
    finally:
        while folder.is_mount():
            subprocess.run(["umount", "-l", str(folder)], check=True)


def _mount(folder: Path, options: str) -> None:
    if os.name == "nt" or os.geteuid():
        pytest.skip("not run: mounting a small file system needs root")
    tried = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], capture_output=True)
    if tried.returncode:
        pytest.skip(f"not run: mounting a small file system: {tried.stderr.decode().strip()}")
