"""The zygote: a lean, single-threaded process that forks a keeper for each line it reads.

It imports neither Django nor pydantic, and of plugins only MXX's own, so that a fork costs about a millisecond.
End of input (the supervisor is gone) ends it; the keepers live on.
"""

from __future__ import annotations

import gc
import os
import selectors
import signal
import traceback

from plugins import registry
from plugins.custody import keeper
from plugins.custody.backends import backend
from plugins.custody.backends.linux import set_name
from plugins.custody.backends.posix import ignored
from plugins.custody.notices import notifier
from plugins.custody.spec import RunSpec, hide_our_variables, outer_environment
from plugins.hooks import hooks_of

NOTICES = 3


class Zygote:
    """stdin: one RunSpec a line; fd 3: a pipe to the supervisor, shared by all keepers."""

    def __init__(self) -> None:
        self.keepers: dict[int, RunSpec] = {}
        self._rest = b""

    def serve(self) -> None:
        selector = selectors.DefaultSelector()
        wake, sleeping = os.pipe()
        os.set_blocking(wake, False)
        os.set_blocking(sleeping, False)
        signal.set_wakeup_fd(sleeping, warn_on_full_buffer=False)
        selector.register(0, selectors.EVENT_READ)
        selector.register(wake, selectors.EVENT_READ)
        while True:
            ready = {key.fd for key, _ in selector.select()}
            if wake in ready:
                os.read(wake, 4096)
                self._reap()
            if 0 in ready and not self._read():
                return

    def _read(self) -> bool:
        chunk = os.read(0, 1 << 16)
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            self._start(RunSpec.read(line))
        return bool(chunk)

    def _start(self, spec: RunSpec) -> None:
        try:
            pid = os.fork()
        except OSError:  # no more processes: the supervisor finds no marker and queues the run again
            traceback.print_exc()
            notifier(NOTICES, spec)("gone")
            return
        if pid:
            self.keepers[pid] = spec
            return
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            _close_the_zygotes()
            keeper.run(spec, NOTICES)
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)

    def _reap(self) -> None:
        """Tell the supervisor of every keeper that ended, so that a killed one is found at once."""
        while True:
            try:
                pid, _ = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            spec = self.keepers.pop(pid)
            notifier(NOTICES, spec)("gone")


def _close_the_zygotes() -> None:
    """A keeper keeps fd 0 (nowhere), 1 and 2 (the supervisor's log), 3 (notices), and nothing of the zygote's."""
    nowhere = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nowhere, 0)
    os.closerange(NOTICES + 1, 256)


def _take_fds() -> None:
    """stdout becomes the pipe for notices; a stray print must never look like one."""
    os.dup2(1, NOTICES, inheritable=False)
    os.set_blocking(NOTICES, False)
    os.dup2(2, 1)


def _warm_up() -> None:
    """Do once what every keeper and runner would do again: import and look at the built-in plugins, ask the system."""
    for name in registry.modules():
        hooks_of(registry.load(name))
    backend().identity(os.getpid())
    backend().boot()
    ignored()
    outer_environment()
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000)  # a short run ends before its first collection, which would touch every page


def main() -> None:
    if os.getpid() != os.getsid(0):
        os.setsid()
    keeper.prepare_signals()
    hide_our_variables()
    os.umask(0o077)
    set_name("mxx-zygote")
    _take_fds()
    _warm_up()
    Zygote().serve()


if __name__ == "__main__":
    main()
