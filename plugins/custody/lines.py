"""JSON on disk: line files that are only ever appended to, and texts that every reader can take."""

from __future__ import annotations

import json
import os
from typing import Any

from plugins.binary import APPENDING, READING

_written = json.JSONEncoder(ensure_ascii=False).encode
"""json.dumps would make an encoder of its own for each line."""


def encoded(content: dict[str, Any]) -> bytes:
    """JSON without what a database refuses: lone surrogates (bytes that were no UTF-8) and NUL become marks."""
    text = _written(content)
    return text.replace("\\u0000", "\\ufffd").encode(errors="replace")


class LineFile:
    """Created at its first line. A line that cannot be written whole is counted, and a reader skips it."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._file = -1
        self._torn = False
        self.lost = 0

    @property
    def exists(self) -> bool:
        return self._file >= 0

    def close(self) -> None:
        if self.exists:
            os.close(self._file)
            self._file = -1

    def append(self, *contents: dict[str, Any]) -> int:
        """How many of them stand there whole now."""
        text = b"".join(encoded(content) + b"\n" for content in contents)
        try:
            if not self.exists:
                self._file = os.open(self._path, APPENDING, 0o600)
            written = os.write(self._file, b"\n" + text if self._torn else text)
        except OSError:  # the disk is full or gone; the run goes on, and its log tells how many were lost
            self.lost += len(contents)
            return 0
        self._torn = written < len(text)
        lost = text[written:].count(b"\n")
        self.lost += lost
        return len(contents) - lost


def read_lines(path: str) -> list[dict[str, Any]]:
    """Every whole line, oldest first; [] when there is no file. Torn lines are left out."""
    content = read_whole(path) or b""
    found = (_read(line) for line in content.split(b"\n")[:-1])
    return [entry for entry in found if entry]


def read_whole(path: str) -> bytes | None:
    """None when there is no such file."""
    try:
        descriptor = os.open(path, READING)
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        parts = []
        while part := os.read(descriptor, 1 << 16):
            parts.append(part)
        return b"".join(parts)
    finally:
        os.close(descriptor)


def _read(line: bytes) -> dict[str, Any] | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) else None
