"""What can be said of the Windows backend without Windows: sizes, and the calls it makes of a scripted kernel32."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from plugins.custody.backends import jobobject
from plugins.custody.backends.base import Identity
from plugins.custody.backends.jobstructs import (
    KILL_ON_JOB_CLOSE,
    Accounting,
    BasicLimits,
    ExtendedLimits,
    FileTime,
    IoCounters,
    ProcessIds,
)
from plugins.custody.backends.windows import WindowsBackend
from plugins.custody.stations.cold import ColdBackend

CREATED = 0x1DAABCDEF012345


class Kernel32:
    """Answers as Windows would, with the processes of this machine; `refuses`: calls that fail."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.refuses: set[str] = set()
        self.limits = 0
        self.pids: list[int] = []

    def __getattr__(self, name: str) -> Any:
        def call(*arguments: Any) -> int:
            self.calls.append(name)
            answer = getattr(type(self), f"do_{name}", lambda *_: 1)
            return 0 if name in self.refuses else int(answer(self, *arguments))

        return call

    def do_SetInformationJobObject(self, job: int, what: int, facts: Any, size: int) -> int:
        self.limits = facts._obj.Basic.LimitFlags
        return 1

    def do_QueryInformationJobObject(self, job: int, what: int, found: Any, size: int, _: object) -> int:
        if what == 1:
            found._obj.ActiveProcesses = len(self.pids)
        else:
            found._obj.Head.Listed = len(self.pids)
            found._obj.Pids[: len(self.pids)] = self.pids
        return 1

    def do_AssignProcessToJobObject(self, job: int, process: int) -> int:
        self.pids.append(process)
        return 1

    def do_OpenProcess(self, access: int, inherit: int, pid: int) -> int:
        return pid

    def do_GetProcessTimes(self, handle: int, created: Any, *_: object) -> int:
        created._obj.Low, created._obj.High = CREATED & 0xFFFFFFFF, CREATED >> 32
        return 1

    def do_WaitForSingleObject(self, handle: int, wait: int) -> int:
        return 0x102


@pytest.fixture
def windows() -> Iterator[WindowsBackend]:
    opened = WindowsBackend(Kernel32())
    opened.enter_keeper("mark")
    yield opened
    for child in opened._children.values():
        child.kill()
        child.wait()


def sleep(windows: WindowsBackend) -> int:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        return windows.spawn(["sleep", "60"], "/", dict(os.environ), nowhere, nowhere)
    finally:
        os.close(nowhere)


@pytest.mark.skipif(ctypes.sizeof(ctypes.c_void_p) != 8, reason="sizes of a 64-bit system")
def test_structures_have_the_sizes_that_windows_gives_them() -> None:
    structures = (BasicLimits, IoCounters, ExtendedLimits, Accounting, ProcessIds, FileTime)
    assert [ctypes.sizeof(one) for one in structures] == [64, 48, 144, 48, 8, 8]


def test_every_call_has_typed_arguments() -> None:
    source = (
        Path(jobobject.__file__).read_text()
        + Path(sys.modules[WindowsBackend.__module__].__file__ or "").read_text()
    )
    called = {name for name in jobobject.ARGUMENTS if f"brary.{name}(" in source}
    assert called == jobobject.ARGUMENTS.keys()


def test_it_keeps_the_protocol(windows: WindowsBackend) -> None:
    backend: ColdBackend = windows
    assert (backend.strength, backend.boot()) == ("kernel", "windows")


def test_the_job_ends_everybody_when_the_keeper_dies(windows: WindowsBackend) -> None:
    assert windows._library.limits == KILL_ON_JOB_CLOSE


def test_a_program_is_in_the_job_before_it_is_woken(
    windows: WindowsBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[list[str]] = []
    resume = psutil.Process.resume

    def spy(self: psutil.Process) -> None:
        woken.append(list(windows._library.calls))
        resume(self)

    monkeypatch.setattr(psutil.Process, "resume", spy)
    pid = sleep(windows)
    assert woken[0][-1] == "AssignProcessToJobObject"
    assert [member.identity for member in windows.members("mark", keeper=1)] == [Identity(pid, CREATED)]


def test_a_program_that_cannot_join_the_job_does_not_live(windows: WindowsBackend) -> None:
    windows._library.refuses.add("AssignProcessToJobObject")
    before = set(psutil.Process().children())
    with pytest.raises(OSError):
        sleep(windows)
    assert [
        child for child in psutil.Process().children() if child not in before and child.status() != "zombie"
    ] == []


def test_who_has_another_moment_of_creation_is_not_killed(windows: WindowsBackend) -> None:
    pid = sleep(windows)
    assert not windows.kill(Identity(pid, CREATED - 1))
    assert "TerminateProcess" not in windows._library.calls
    assert windows.kill(Identity(pid, CREATED))


def test_a_dead_keepers_job_is_empty_by_the_kernels_word(windows: WindowsBackend) -> None:
    sleep(windows)
    assert WindowsBackend(Kernel32()).members("mark", keeper=None) == []


def test_nobody_is_left_when_the_job_has_no_process(windows: WindowsBackend) -> None:
    sleep(windows)
    assert not windows.childless()
    windows._library.pids.clear()
    assert windows.childless()


def test_handles_are_given_back(windows: WindowsBackend) -> None:
    pid = sleep(windows)
    windows.alive(Identity(pid, CREATED))
    windows.kill(Identity(pid, CREATED))
    calls = windows._library.calls
    assert calls.count("OpenProcess") == calls.count("CloseHandle") > 0
