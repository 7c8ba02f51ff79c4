"""Room on the disk for a run's result, taken before the run starts: a disk that fills up meanwhile costs it nothing."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from plugins.binary import WRITING
from plugins.custody.lines import encoded
from plugins.custody.rundir import RunDir, write_all

SIZE = 64 * 1024
LAST_EVENTS = 20


class Reserve:
    """A draft of the result that is as long as results are, and has its name in the folder already."""

    def __init__(self, folder: RunDir) -> None:
        self._folder, self._target = folder, folder.file("result")
        self._draft = _draft(folder, os.getpid())
        self._file = -1

    def take(self) -> None:
        """Raises OSError when there is no room, and leaves nothing then."""
        self._file = os.open(self._draft, WRITING | os.O_TRUNC, 0o600)
        try:
            _allocate(self._file)
        except OSError:
            self.give_back()
            raise

    def give_back(self) -> None:
        self._close()
        os.unlink(self._draft)

    def write(self, result: dict[str, Any]) -> None:
        """Whole, if it fits or there is more room; else without what can be missed. Raises OSError: not even that.

        Also where a program has removed the whole folder."""
        if not os.path.isdir(self._folder.place):
            self._folder.make()
        for shorter in _ever_shorter(result):
            try:
                return self._write(encoded(shorter))
            except OSError as error:
                last = error
        raise last

    def _write(self, content: bytes) -> None:
        if self._file < 0:
            self._file = os.open(self._draft, WRITING, 0o600)
        os.lseek(self._file, 0, os.SEEK_SET)
        write_all(self._file, content)
        os.ftruncate(self._file, len(content))
        self._close()
        os.replace(self._draft, self._target)

    def _close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def drop(folder: RunDir, pid: int) -> None:
    """What a keeper had taken that is dead."""
    with suppress(FileNotFoundError):
        os.unlink(_draft(folder, pid))


def _draft(folder: RunDir, pid: int) -> str:
    return folder.file(f".result.{pid}")


def _allocate(file: int) -> None:
    allocate = getattr(os, "posix_fallocate", None)  # neither macOS nor Windows has it
    if allocate is None:
        write_all(file, bytes(SIZE))
        return
    try:
        allocate(file, 0, SIZE)
    except OSError as error:
        if error.errno not in (errno.EOPNOTSUPP, errno.EINVAL):
            raise
        write_all(file, bytes(SIZE))


def _ever_shorter(result: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield result
    yield {**result, "events": result["events"][-LAST_EVENTS:]}
    receipt = {**result["receipt"], "launches": [], "others": []}
    yield {**result, "events": [], "error": result["error"][:1000], "receipt": receipt}
