"""Forking a runner: what it keeps of its keeper is a line to talk on, its output pipes, and the rein if it may have another
run after this one (resting.py)."""

from __future__ import annotations

import _socket  # the objects of socket have a second layer in Python, which a short run need not learn
import os
import sys
import traceback
from _signal import (  # type: ignore[import-not-found]  # signal's makes an enum of each number
    SIG_SETMASK,
    pthread_sigmask,
    set_wakeup_fd,
)
from collections.abc import Callable
from typing import NamedTuple, NoReturn, TextIO

from plugins.custody import runner
from plugins.custody.backends.base import Backend, marked
from plugins.custody.spec import RunSpec
from plugins.custody.stations.base import Ends, TakeEnds

assert sys.platform != "win32"

LINE, REIN = 3, 4
"""The runner's descriptors for the line of its run and for the rein. In a keeper both are taken."""


def nothing() -> None:
    """What an interruption does to a keeper."""


class Ear:
    """The handler of SIGUSR1, in keepers and runners alike: a keeper's loop wakes up anyway, a runner's hook is
    interrupted. Set up before the fork, because a runner pays for every page that it touches first."""

    def __init__(self) -> None:
        self.interrupted: Callable[[], None] = nothing

    def __call__(self, *_: object) -> None:
        self.interrupted()


EAR = Ear()


class Mouth:
    """The runner's line: closed in whatever plugin code forks, which must not speak for the runner. Empty in a keeper."""

    def __init__(self) -> None:
        self.line: _socket.socket | None = None

    def shut(self) -> None:
        if self.line is not None:
            self.line.close()


MOUTH = Mouth()


def both_ends() -> tuple[Ends, Ends]:
    """The keeper's, and the runner's."""
    ours, theirs = _socket.socketpair()
    output, output_end = os.pipe()
    errors, errors_end = os.pipe()
    return Ends(ours, output, errors), Ends(theirs, output_end, errors_end)


class Afterwards(NamedTuple):
    """Of a runner that does not end with its run. rein: its end of it, which comes to REIN; go_on(): what it does then."""

    rein: _socket.socket
    go_on: Callable[[runner.KeeperHost, _socket.socket], None]


def fork_runner(
    spec: RunSpec,
    backend: Backend,
    task: runner.Task,
    take: TakeEnds,
    afterwards: Afterwards | None = None,
) -> int:
    """Its pid. Whatever can be made before the fork is made before it: in memory that is not shared yet."""
    keeper = os.getpid()
    ours, theirs = both_ends()
    take(ours)
    host = runner.KeeperHost(theirs.sock, task.stopping)
    dress(spec)
    try:
        pid = os.fork()
        if not pid:
            _become_runner(spec, backend, task, keeper, host, theirs, afterwards)
    finally:
        theirs.close()
    return pid


_worn: set[str] = set()
"""Variables of this process's environment that are only there for its runners: no program gets them from here."""


def dress(spec: RunSpec) -> None:
    """This process's environment becomes that of the run's runner."""
    variables = marked(spec.environment(), spec.mark, 0)
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
    ends: Ends,
    afterwards: Afterwards | None,
) -> NoReturn:
    """In the child: take the job through its hooks; whatever happens, never return into the keeper's code."""
    code = 1
    try:
        set_wakeup_fd(-1)
        pthread_sigmask(SIG_SETMASK, ())
        backend.enter_runner(keeper)
        settle(spec, host, ends)
        rein = afterwards and _at_rein(afterwards.rein)
        os.closerange((REIN if rein else LINE) + 1, 4096)
        runner.main(spec, host, task)
        if afterwards and rein:
            afterwards.go_on(host, rein)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        flush()
        os._exit(code)


def _at_rein(rein: _socket.socket) -> _socket.socket:
    if rein.fileno() != REIN:
        os.dup2(rein.fileno(), REIN, inheritable=False)
    rein.detach()
    return _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM, 0, REIN)


def settle(spec: RunSpec, host: runner.KeeperHost, ends: Ends, above: int = 0) -> None:
    """What a runner changes of its process for a run. above: only a rehearsal puts the descriptors somewhere else.

    What no rehearsal has done costs a runner a page at each turn."""
    line = _placed(*ends, above)
    os.chdir(spec.dir.file("work"))
    os.umask(spec.umask)  # plugin code writes the user's files
    host.talk_on(line)
    EAR.interrupted = host.interrupted
    MOUTH.line = line


def _placed(sock: _socket.socket, output: int, errors: int, above: int) -> _socket.socket:
    """stdout and stderr into the log, LINE to the keeper, whose stdin is nowhere already."""
    os.dup2(output, above + 1)
    os.dup2(errors, above + 2)
    os.dup2(
        sock.fileno(), above + LINE, inheritable=False
    )  # keepers have something open at LINE: it is none of the three
    sock.detach()
    return _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM, 0, above + LINE)


def prepare_fork() -> None:
    """Once in a process that will fork runners."""
    print_plainly()
    os.register_at_fork(after_in_child=MOUTH.shut)


def print_plainly() -> None:
    """Whatever descriptors 1 and 2 are: a runner prints into the log by what its keeper has prepared."""
    sys.stdout, sys.stderr = _text_to(1), _text_to(2)


def _text_to(descriptor: int) -> TextIO:
    """Lines are seen at once, and no character can break a print."""
    return open(descriptor, "w", 1, encoding="utf-8", errors="backslashreplace", closefd=False)


def flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):  # a plugin may have closed or replaced it
            continue
