"""The zygote: a lean, single-threaded process that gives each run to a keeper.

It imports neither Django nor pydantic, and of plugins only MXX's own, so that a fork costs about a millisecond. A
keeper whose run is over may get another one: that saves a third of what a short run costs. End of input (the
supervisor is gone) ends the zygote and its free keepers; those with a run live on.
"""

from __future__ import annotations

import _socket
import gc
import os
import selectors
import signal
import sys
import time
import traceback
from dataclasses import dataclass

from plugins import registry
from plugins.custody import keeper, rehearsal, runner
from plugins.custody.backends import backend, posix
from plugins.custody.notices import notifier
from plugins.custody.spec import RunSpec, hide_our_variables, outer_environment
from plugins.custody.stations import prepare_keeper
from plugins.hooks import hooks_of

assert sys.platform != "win32"

NOTICES = 3
"""The descriptor of the pipe to the supervisor, which all keepers share."""
FREE_FOR = 1.0
"""Seconds that a free keeper waits for another run."""


@dataclass
class Hand:
    """A keeper process and the go token of the run it has; b"" while it is free."""

    pid: int
    sock: _socket.socket
    line: bytes
    free_since: float = 0.0


class Zygote:
    """stdin: one RunSpec a line."""

    def __init__(self) -> None:
        self.hands: dict[int, Hand] = {}
        self.free: list[Hand] = []
        """The one that became free last is taken first, so that a quiet time lets the others go."""
        self.selector = selectors.DefaultSelector()
        self.spares = 1 if backend().prepare_groups() else 0
        self._rest = b""
        self._ended = False

    def serve(self) -> None:
        wake, sleeping = os.pipe()
        os.set_blocking(wake, False)
        os.set_blocking(sleeping, False)
        signal.set_wakeup_fd(sleeping, warn_on_full_buffer=False)
        self.selector.register(0, selectors.EVENT_READ, self._read)
        self.selector.register(wake, selectors.EVENT_READ, lambda: self._woken(wake))
        self._keep_ready()
        while not self._ended:
            for key, _ in self.selector.select(FREE_FOR if len(self.free) > self.spares else None):
                key.data()
            self._dismiss_idle()

    def _read(self) -> None:
        chunk = os.read(0, 1 << 16)
        self._ended = not chunk
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            self._give(line)
            self._keep_ready()

    def _give(self, line: bytes) -> None:
        while self.free:
            hand = self.free.pop()
            try:
                hand.sock.sendall(line + b"\n")
            except OSError:  # it died meanwhile
                continue
            hand.line = line
            return
        self._fork(line)

    def _keep_ready(self) -> None:
        """A keeper is made before it is needed, so that its entering of a group keeps no run waiting."""
        if self.spares and not self.free:
            self._fork(b"")

    def _fork(self, line: bytes) -> None:
        ours, theirs = _socket.socketpair()
        try:
            pid = os.fork()
        except OSError:  # no more processes: the supervisor finds no marker and queues the run again
            traceback.print_exc()
            _tell_gone(line)
            return
        if not pid:
            _become_keeper(line, theirs)
        theirs.close()
        hand = self.hands[pid] = Hand(pid, ours, line, time.monotonic())
        if not line:
            self.free.append(hand)
        self.selector.register(ours, selectors.EVENT_READ, lambda: self._hear(hand))

    # ---- keepers that are done

    def _hear(self, hand: Hand) -> None:
        """It is free, or it has ended."""
        try:
            free = hand.sock.recv(1) == keeper.FREE
        except OSError:
            free = False
        if free:
            hand.line, hand.free_since = b"", time.monotonic()
            self.free.append(hand)
        else:
            self._part_with(hand)

    def _part_with(self, hand: Hand) -> None:
        """The end of its input ends it."""
        if hand in self.free:
            self.free.remove(hand)
        self.selector.unregister(hand.sock)
        hand.sock.close()

    def _dismiss_idle(self) -> None:
        limit = time.monotonic() - FREE_FOR
        idle = [hand for hand in self.free if hand.free_since <= limit]
        for hand in idle[: len(self.free) - self.spares]:
            self._part_with(hand)

    def _woken(self, wake: int) -> None:
        os.read(wake, 4096)
        while True:
            try:
                pid, _ = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            _tell_gone(self.hands.pop(pid).line)


def _tell_gone(line: bytes) -> None:
    """Tell the supervisor of a run whose keeper ended, so that a killed one is found at once."""
    if line:
        notifier(NOTICES, RunSpec.read(line))("gone")


def _become_keeper(line: bytes, sock: _socket.socket) -> None:
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        os.setsid()
        keeper.serve(line, _only_fds(sock), NOTICES)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _only_fds(sock: _socket.socket) -> _socket.socket:
    """A keeper keeps 0 (nowhere), 1 and 2 (the supervisor's log), the notices and the line to the zygote."""
    nowhere = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nowhere, 0)
    kept = os.dup(sock.detach())
    os.dup2(kept, NOTICES + 1, inheritable=False)
    os.closerange(NOTICES + 2, 4096)
    return _socket.socket(fileno=NOTICES + 1)


def _take_fds() -> None:
    """stdout becomes the pipe for notices; a stray print must never look like one."""
    os.dup2(1, NOTICES, inheritable=False)
    os.set_blocking(NOTICES, False)
    os.dup2(2, 1)


def _warm_up() -> None:
    """Do once what every keeper and runner would do again: import and look at the built-in plugins, ask the system."""
    for name in registry.modules():
        hooks_of(runner.built_in(name))
    backend().identity(os.getpid())
    backend().boot()
    posix.settable()
    outer_environment()
    _rehearse()
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000)  # a short run ends before its first collection, which would touch every page


def _rehearse() -> None:
    """Only speed depends on it."""
    told = rehearsal.rehearse()
    try:
        rehearsal.rehearse_keeper(told)
    except OSError as error:
        sys.stderr.write(f"mxx: the first runs of each keeper will be slower: {error}\n")


def main() -> None:
    prepare_keeper()
    hide_our_variables()
    os.umask(0o077)
    backend().set_name("mxx-zygote")
    _take_fds()
    _warm_up()
    Zygote().serve()


if __name__ == "__main__":
    main()
