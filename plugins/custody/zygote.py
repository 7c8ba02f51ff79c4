"""The zygote: a lean, single-threaded process that forks a keeper for each line it reads.

It imports neither Django nor pydantic nor a plugin, so that a fork costs about a millisecond. End of input (the
supervisor is gone) ends it; the keepers live on.
"""

from __future__ import annotations

import gc
import os
import selectors
import signal
import traceback

# imported here once, so that no keeper or runner has to
from plugins import hooks, lifecycle, registry
from plugins.custody import keeper, runner
from plugins.custody.backends.linux import set_name
from plugins.custody.spec import RunSpec

NOTICES = 3
PRELOADED = (hooks, lifecycle, registry, runner)


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
        signal.signal(signal.SIGCHLD, lambda *_: None)
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
        chunk = os.read(0, 1 << 20)
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            self._fork(line)
        return bool(chunk)

    def _fork(self, line: bytes) -> None:
        spec = RunSpec.read(line)
        pid = os.fork()
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
            keeper.notifier(NOTICES, spec)("gone")


def _close_the_zygotes() -> None:
    """A keeper keeps fd 0 (nowhere), 1 and 2 (the supervisor's log), 3 (notices), and nothing of the zygote's."""
    nowhere = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nowhere, 0)
    os.closerange(NOTICES + 1, 256)


def main() -> None:
    if os.getpid() != os.getsid(0):
        os.setsid()
    os.umask(0o077)
    set_name("mxx-zygote")
    os.dup2(1, NOTICES, inheritable=False)
    os.dup2(2, 1)  # a stray print must never look like a notice
    gc.collect()
    gc.freeze()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    Zygote().serve()


if __name__ == "__main__":
    main()
