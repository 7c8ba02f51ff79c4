"""Custody on macOS: PollingBackend, and the kernel's name of the boot. Never run on a Mac yet."""

from __future__ import annotations

import ctypes
import os
import sys
from functools import cache

from plugins.custody.backends import polling

assert sys.platform != "win32"


class MacosBackend(polling.PollingBackend):
    def boot(self) -> str:
        return _boot()


@cache
def _boot() -> str:
    """kern.bootsessionuuid: 36 characters, another with every boot. Raises OSError."""
    text = ctypes.create_string_buffer(64)
    size = ctypes.c_size_t(len(text))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.sysctlbyname(b"kern.bootsessionuuid", text, ctypes.byref(size), None, ctypes.c_size_t(0)):
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error), "kern.bootsessionuuid")
    return text.value.decode()
