"""A Windows Job Object: the kernel's own word for "everything that this started". ctypes only.

Its handle is not inheritable and lives in the keeper alone, so that the keeper's death closes the job and the kernel
ends everyone in it. Never run on Windows yet; the calls and their order are tested against a scripted kernel32.
"""

from __future__ import annotations

import ctypes
import os
import sys
from ctypes import byref, c_int, c_uint32, c_void_p, c_wchar_p, sizeof
from typing import Any

from plugins.custody.backends.jobstructs import (
    BASIC_ACCOUNTING,
    BASIC_PROCESS_ID_LIST,
    EXTENDED_LIMITS,
    KILL_ON_JOB_CLOSE,
    Accounting,
    ExtendedLimits,
    ProcessIds,
)

MORE_DATA = 234
ARGUMENTS: dict[str, list[Any]] = {
    "CreateJobObjectW": [c_void_p, c_wchar_p],
    "SetInformationJobObject": [c_void_p, c_int, c_void_p, c_uint32],
    "QueryInformationJobObject": [c_void_p, c_int, c_void_p, c_uint32, c_void_p],
    "AssignProcessToJobObject": [c_void_p, c_void_p],
    "TerminateProcess": [c_void_p, c_uint32],
    "OpenProcess": [c_uint32, c_int, c_uint32],
    "GetProcessTimes": [c_void_p, c_void_p, c_void_p, c_void_p, c_void_p],
    "WaitForSingleObject": [c_void_p, c_uint32],
    "CloseHandle": [c_void_p],
    "GenerateConsoleCtrlEvent": [c_uint32, c_uint32],
}
HANDLES = ("CreateJobObjectW", "OpenProcess")
"""Calls that give a handle: a pointer's width."""


def kernel32() -> Any:
    """With the types of every call that MXX makes."""
    if sys.platform == "win32":
        library = ctypes.WinDLL("kernel32", use_last_error=True)
        for name, arguments in ARGUMENTS.items():
            function = getattr(library, name)
            function.argtypes = arguments
            function.restype = c_void_p if name in HANDLES else c_int
        return library
    else:
        raise OSError("there is no kernel32 here")


def last_error() -> OSError:
    """What went wrong in the last call, in the words of the system."""
    if sys.platform == "win32":
        return ctypes.WinError(ctypes.get_last_error())
    else:
        number = ctypes.get_errno()
        return OSError(number, os.strerror(number))


class JobObject:
    """Raises OSError where a call fails."""

    def __init__(self, library: Any) -> None:
        self._library = library
        self._handle = library.CreateJobObjectW(None, None)
        if not self._handle:
            raise last_error()
        limits = ExtendedLimits()
        limits.Basic.LimitFlags = KILL_ON_JOB_CLOSE
        self._must(
            library.SetInformationJobObject(self._handle, EXTENDED_LIMITS, byref(limits), sizeof(limits))
        )

    def assign(self, process: int) -> None:
        """process: a handle. From now on its children are in the job too."""
        self._must(self._library.AssignProcessToJobObject(self._handle, process))

    def active(self) -> int:
        """How many processes in it are alive."""
        found = Accounting()
        self._query(BASIC_ACCOUNTING, found)
        return int(found.ActiveProcesses)

    def pids(self) -> list[int]:
        """Of all that are alive in it."""
        room = 256
        while True:
            found = _ids(room)()
            if self._query(BASIC_PROCESS_ID_LIST, found, enough=False):
                return list(found.Pids[: found.Head.Listed])
            room *= 4

    def close(self) -> None:
        """The kernel ends everybody who is still in it."""
        self._library.CloseHandle(self._handle)

    def _query(self, what: int, found: ctypes.Structure, enough: bool = True) -> bool:
        """False when there was not enough room, if that is allowed to be."""
        if self._library.QueryInformationJobObject(self._handle, what, byref(found), sizeof(found), None):
            return True
        error = last_error()
        if enough or getattr(error, "winerror", None) != MORE_DATA:
            raise error
        return False

    def _must(self, done: int) -> None:
        if not done:
            raise last_error()


def _ids(room: int) -> type[Any]:
    class Ids(ctypes.Structure):
        _fields_ = (("Head", ProcessIds), ("Pids", ctypes.c_size_t * room))

    return Ids
