"""Forking the keeper of a detached program."""

from __future__ import annotations

import os
import sys

from plugins.custody.backends.base import Backend
from plugins.custody.detaching import ROOT, DetachedSpec
from plugins.custody.spec import outer_environment

assert sys.platform != "win32"


def fork_keeper(spec: DetachedSpec, backend: Backend) -> tuple[int, int]:
    """(its pid, a pipe with its answer). In a group and with a mark of its own before it is a program of its own."""
    wanted, giving = os.pipe()
    answering, answered = os.pipe()
    pid = os.fork()
    if not pid:
        _become_keeper(spec, backend, wanted, answered)
    os.close(wanted)
    os.close(answered)
    with os.fdopen(giving, "wb") as line:
        line.write(spec.line())
    return pid, answering


def _become_keeper(spec: DetachedSpec, backend: Backend, line: int, answer: int) -> None:
    try:
        os.setsid()
        backend.enter_group()
        backend.enter_keeper(spec.mark)
        os.dup2(line, 0)
        os.dup2(answer, 1)
        os.chdir(ROOT)
        argv = [sys.executable, "-m", "plugins.custody.detached"]
        os.execve(sys.executable, argv, outer_environment())
    finally:
        os._exit(1)
