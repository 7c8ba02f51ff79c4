"""Forking a runner: what it keeps of its keeper is a line to talk on, and its output pipes."""

from __future__ import annotations

import os
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from typing import NoReturn, TextIO

from plugins.custody import runner
from plugins.custody.backends.base import Backend, marked
from plugins.custody.spec import RunSpec
from plugins.custody.stations.base import Started

assert sys.platform != "win32"

LINE = 3
"""The runner's descriptor for the line to its keeper."""


def fork_runner(spec: RunSpec, backend: Backend, task: runner.Task) -> Started:
    keeper = os.getpid()
    ours, theirs = socket.socketpair()
    output, output_end = os.pipe()
    errors, errors_end = os.pipe()
    pid = os.fork()
    if not pid:
        _become_runner(spec, backend, task, keeper, theirs, output_end, errors_end)
    theirs.close()
    os.close(output_end)
    os.close(errors_end)
    return Started(pid, ours, output, errors)


def _become_runner(
    spec: RunSpec,
    backend: Backend,
    task: runner.Task,
    keeper: int,
    sock: socket.socket,
    output: int,
    errors: int,
) -> NoReturn:
    """In the child: take the job through its hooks; whatever happens, never return into the keeper's code."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        backend.enter_runner(keeper)
        line = _only_fds(sock, output, errors)
        for name, value in marked(spec.environment(), spec.mark, 0).items():
            os.environ[name] = value
        os.chdir(spec.dir.file("work"))
        os.umask(spec.umask)  # plugin code writes the user's files
        runner.main(spec, line, task, _hear)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        _flush()
        os._exit(code)


def _hear(interrupted: Callable[[], None], line: socket.socket) -> None:
    signal.signal(signal.SIGUSR1, lambda *_: interrupted())
    os.register_at_fork(after_in_child=line.close)  # a plugin's fork must not speak for the runner


def _only_fds(sock: socket.socket, output: int, errors: int) -> socket.socket:
    """stdin from nowhere, stdout and stderr into the log, LINE to the keeper, nothing else open."""
    nowhere = os.open(os.devnull, os.O_RDONLY)
    kept = os.dup(sock.fileno())  # out of the way of the numbers below
    for target, source in enumerate((nowhere, output, errors)):
        os.dup2(source, target)
    os.dup2(kept, LINE, inheritable=False)
    sock.detach()
    os.closerange(LINE + 1, 4096)
    sys.stdout, sys.stderr = text_to(1), text_to(2)
    return socket.socket(fileno=LINE)


def text_to(descriptor: int) -> TextIO:
    """Lines are seen at once, and no character can break a print."""
    return open(descriptor, "w", 1, encoding="utf-8", errors="backslashreplace", closefd=False)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):  # a plugin may have closed or replaced it
            continue
