"""Bytes to files, the same on every platform."""

from __future__ import annotations

import os
import sys

_BINARY: int = getattr(os, "O_BINARY", 0)  # Windows would change line ends and stop reading at a Ctrl-Z
READING = os.O_RDONLY | _BINARY
WRITING = os.O_WRONLY | os.O_CREAT | _BINARY
APPENDING = WRITING | os.O_APPEND

if sys.platform != "win32":

    def write_both(file: int, head: bytes, body: bytes | memoryview) -> int:
        """In one go and without a copy; returns how many bytes were written."""
        return os.writev(file, (head, body))

else:

    def write_both(file: int, head: bytes, body: bytes | memoryview) -> int:
        return os.write(file, head + body)
