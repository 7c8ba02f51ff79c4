"""Forking a runner: what it keeps of its keeper is a line to talk on, and its output pipes."""

from __future__ import annotations

import os
import signal
import socket
import sys
import traceback
from _signal import pthread_sigmask  # type: ignore[import-not-found]  # signal's makes an enum of each number
from collections.abc import Callable
from typing import NoReturn, TextIO

from plugins.custody import runner
from plugins.custody.backends.base import Backend, marked
from plugins.custody.spec import RunSpec
from plugins.custody.stations.base import Ends, TakeEnds

assert sys.platform != "win32"

LINE = 3
"""The runner's descriptor for the line to its keeper."""


class Ear:
    """The handler of SIGUSR1, in keepers and runners alike: a keeper's loop wakes up anyway, a runner's hook is
    interrupted. Set up before the fork, because a runner pays for every page that it touches first."""

    def __init__(self) -> None:
        self.interrupted: Callable[[], None] = lambda: None

    def __call__(self, *_: object) -> None:
        self.interrupted()


EAR = Ear()


def fork_runner(spec: RunSpec, backend: Backend, task: runner.Task, take: TakeEnds) -> int:
    """Its pid. Whatever can be made before the fork is made before it: in memory that is not shared yet."""
    keeper = os.getpid()
    ours, theirs = socket.socketpair()
    output, output_end = os.pipe()
    errors, errors_end = os.pipe()
    take(Ends(ours, output, errors))
    host = runner.KeeperHost(theirs, task.stopping)
    _dress(marked(spec.environment(), spec.mark, 0))
    try:
        pid = os.fork()
        if not pid:
            _become_runner(spec, backend, task, keeper, host, (theirs, output_end, errors_end))
    finally:
        theirs.close()
        os.close(output_end)
        os.close(errors_end)
    return pid


_worn: set[str] = set()
"""Variables of this process's environment that are only there for its runners: no program gets them from here."""


def _dress(variables: dict[str, str]) -> None:
    """A keeper's environment becomes that of the runner that it is about to fork."""
    for name in _worn - variables.keys():
        del os.environ[name]
    for name, value in variables.items():
        os.environ[name] = value
    _worn.clear()
    _worn.update(variables)


def _become_runner(
    spec: RunSpec,
    backend: Backend,
    task: runner.Task,
    keeper: int,
    host: runner.KeeperHost,
    ends: tuple[socket.socket, int, int],
) -> NoReturn:
    """In the child: take the job through its hooks; whatever happens, never return into the keeper's code."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        pthread_sigmask(signal.SIG_SETMASK, ())
        backend.enter_runner(keeper)
        line = _only_fds(*ends)
        os.chdir(spec.dir.file("work"))
        os.umask(spec.umask)  # plugin code writes the user's files
        host.talk_on(line)
        EAR.interrupted = host.interrupted
        os.register_at_fork(after_in_child=line.close)  # a plugin's fork must not speak for the runner
        runner.main(spec, host, task)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        _flush()
        os._exit(code)


def _only_fds(sock: socket.socket, output: int, errors: int) -> socket.socket:
    """stdin from nowhere, stdout and stderr into the log, LINE to the keeper, nothing else open."""
    nowhere = os.open(os.devnull, os.O_RDONLY)
    kept = os.dup(sock.fileno())  # out of the way of the numbers below
    for target, source in enumerate((nowhere, output, errors)):
        os.dup2(source, target)
    os.dup2(kept, LINE, inheritable=False)
    sock.detach()
    os.closerange(LINE + 1, 4096)
    return socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0, LINE)


def print_plainly() -> None:
    """Whatever descriptors 1 and 2 are: a runner prints into the log by what its keeper has prepared."""
    sys.stdout, sys.stderr = _text_to(1), _text_to(2)


def _text_to(descriptor: int) -> TextIO:
    """Lines are seen at once, and no character can break a print."""
    return open(descriptor, "w", 1, encoding="utf-8", errors="backslashreplace", closefd=False)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):  # a plugin may have closed or replaced it
            continue
