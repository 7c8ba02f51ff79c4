"""A runner that has one run after the other, as its keeper does. Only for runs in which no code but MXX's own runs, and no
secret is known: those of anybody else get a process of their own, which ends with them.

A fork costs a short run more than all else it does: keeper and runner then copy each page that either of them writes to.
"""

from __future__ import annotations

import _socket
import json
import os
import selectors
import signal
import struct
import sys
from collections.abc import Iterator
from functools import partial

from plugins.custody import runner
from plugins.custody.backends.base import Backend
from plugins.custody.spec import RunSpec
from plugins.custody.stations import forking
from plugins.custody.stations.base import WAITING, Ends, Selector, TakeEnds

assert sys.platform != "win32"

KEEP_NOTHING = frozenset(["os", "app", "env", "lifetime", "file_exists", "time_between", "once"])
"""Built-in plugins that leave their process as they found it: no thread, no child, no global of theirs."""
RESTS = b"r"
"""What a runner says by the rein when its run is over and nothing is left of it."""
DESCRIPTORS = struct.Struct("3i")


def may_rest(spec: RunSpec, task: runner.Task) -> bool:
    """Whether the runner of this run may have another one."""
    ours = not spec.sources and all(key in KEEP_NOTHING for _, key, _ in spec.plugins)
    return ours and not spec.secrets and not spec.lost and task.done is None


class Rein:
    """The keeper's end: its runner while it has no run, and how it gets one. A runner that was interrupted gets none: the
    signal could still be on its way."""

    def __init__(self, selector: Selector) -> None:
        self._selector = selector
        self._sock: _socket.socket | None = None
        self._pid = 0
        self._spoiled = False
        self._let_go: list[int] = []
        self.resting = 0
        """Its pid while it has no run, else 0."""

    def start(self, spec: RunSpec, backend: Backend, task: runner.Task, take: TakeEnds) -> int:
        if may_rest(spec, task):
            return self._handed_over(spec, task, take) or self._forked(spec, backend, task, take)
        self.dismiss()
        return forking.fork_runner(spec, backend, task, take)

    def released(self) -> Iterator[tuple[int, int]]:
        """As exits(): those whose run is over although they live."""
        while self._let_go:
            yield self._let_go.pop(), 0

    def spoil(self, pid: int) -> None:
        """It is about to be interrupted."""
        self._spoiled = self._spoiled or pid == self._pid

    def has_ended(self, pid: int) -> bool:
        """Told of a child's end: True when it is nobody's but ours."""
        if pid != self._pid:
            return False
        rested = bool(self.resting)
        self._drop()
        return rested

    def dismiss(self) -> None:
        """It holds nothing. Killed, because one that somebody has stopped would not hear of an end."""
        if pid := self.resting:
            self._drop()
            os.kill(pid, signal.SIGKILL)  # our own child, whose end we have not seen
            os.waitpid(pid, 0)

    def _forked(self, spec: RunSpec, backend: Backend, task: runner.Task, take: TakeEnds) -> int:
        ours, theirs = _socket.socketpair()
        ours.setblocking(False)
        try:
            afterwards = forking.Afterwards(theirs, partial(rest_and_run, backend))
            self._pid = forking.fork_runner(spec, backend, task, take, afterwards)
        finally:
            theirs.close()
        self._sock, self._spoiled = ours, False
        self._selector.register(ours, selectors.EVENT_READ, self._hear)
        return self._pid

    def _handed_over(self, spec: RunSpec, task: runner.Task, take: TakeEnds) -> int:
        """0 when there is none that rests, or none that listens."""
        if not self.resting:
            return 0
        ours, theirs = forking.both_ends()
        try:
            sent = self._told(spec, task, theirs)
        finally:
            theirs.close()
        if not sent:
            ours.close()
            self.dismiss()
            return 0
        pid, self.resting = self.resting, 0
        take(ours)
        return pid

    def _told(self, spec: RunSpec, task: runner.Task, theirs: Ends) -> bool:
        assert self._sock is not None
        message = spec.line() + json.dumps(task.began).encode() + b"\n"
        passed = DESCRIPTORS.pack(theirs.sock.fileno(), theirs.output, theirs.errors)
        beside = [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, passed)]
        try:
            return self._sock.sendmsg([message], beside) == len(message)
        except OSError:  # it is dead, or the message is longer than it can be told at once
            return False

    def _hear(self) -> None:
        assert self._sock is not None
        try:
            word = self._sock.recv(1)
        except OSError:
            word = b""
        if word == RESTS and not self._spoiled:
            self.resting = self._pid
            self._let_go.append(self._pid)
        else:
            self._drop()  # the end of its rein ends it, and its end is told as that of every child

    def _drop(self) -> None:
        if self._sock is not None:
            self._selector.unregister(self._sock)
            self._sock.close()
        self._sock, self._pid, self.resting = None, 0, 0


# ---- in the runner


def rest_and_run(backend: Backend, host: runner.KeeperHost, rein: _socket.socket) -> None:
    """After its first run, and until the end of the rein."""
    while True:
        _settle_down(backend, host)
        rein.sendall(RESTS)
        asked = _asked(rein)
        if asked is None:
            return
        spec, task, ends = asked
        host = runner.KeeperHost(ends.sock, task.stopping)
        backend.bear(spec.mark)
        forking.dress(spec)
        forking.settle(spec, host, ends)
        os.closerange(forking.REIN + 1, 4096)
        runner.main(spec, host, task)


def _settle_down(backend: Backend, host: runner.KeeperHost) -> None:
    """Nothing of the run is open any more: its keeper sees the end of line and output."""
    forking.flush()
    forking.EAR.interrupted, forking.MOUTH.line = forking.nothing, None
    host.hang_up()
    for descriptor in (1, 2, forking.LINE):
        os.dup2(0, descriptor, inheritable=descriptor != forking.LINE)
    os.chdir("/")
    backend.set_name(WAITING)


def _asked(rein: _socket.socket) -> tuple[RunSpec, runner.Task, Ends] | None:
    """None at the end of the rein."""
    text, passed, _, _ = rein.recvmsg(1 << 16, _socket.CMSG_SPACE(DESCRIPTORS.size))
    while text and text.count(b"\n") < 2:
        more = rein.recv(1 << 16)
        text = text + more if more else b""
    if not text:
        return None
    line, began, _ = text.split(b"\n")
    [(_, _, descriptors)] = passed
    sock, output, errors = DESCRIPTORS.unpack(descriptors)
    ends = Ends(_socket.socket(fileno=sock), output, errors)
    return RunSpec.read(line), runner.Task(json.loads(began)), ends
