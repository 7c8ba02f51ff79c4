"""Programs that try to get away (argv: MODE). Each process of theirs leaves a mark with its pid in the folder it starts in.

Whatever happens, they end by themselves after a minute.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import time
from collections.abc import Callable

AGE = 60.0


def mark() -> None:
    with open("/proc/self/stat") as file:
        start = file.read().rpartition(")")[2].split()[19]
    with open(f"mark-{os.getpid()}", "w") as file:
        file.write(start)


def live() -> None:
    mark()
    time.sleep(AGE)
    os._exit(0)


def fork(child: Callable[[], object]) -> int:
    pid = os.fork()
    if not pid:
        child()
        os._exit(0)
    return pid


def again(mode: str, environment: dict[str, str] | None = None) -> None:
    """Become another adversary, with this environment."""
    environment = dict(os.environ) if environment is None else environment
    os.execve(sys.executable, [sys.executable, "-IS", __file__, mode], environment)


def close_all() -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    os.closerange(3, 256)


def plain() -> None:
    live()


def grandchild() -> None:
    def child() -> None:
        fork(live)
        live()

    fork(child)
    live()


def orphan() -> None:
    fork(live)


def nohup() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    fork(live)


def setsid() -> None:
    def child() -> None:
        os.setsid()
        live()

    fork(child)
    live()


def daemon() -> None:
    """Forks twice, calls setsid, closes what it has; the main process is gone."""

    def child() -> None:
        os.setsid()
        close_all()
        fork(live)

    os.waitpid(fork(child), 0)


def clearenv() -> None:
    fork(lambda: again("plain", {}))
    live()


def deaf() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    live()


def deaf_child() -> None:
    fork(deaf)
    live()


def ghost(last: str = "plain") -> None:
    """A daemon with an emptied environment."""

    def child() -> None:
        os.setsid()
        close_all()
        fork(lambda: again(last, {}))

    os.waitpid(fork(child), 0)


def unmarked() -> None:
    """A ghost that has also put the limit of file locks back."""
    resource.setrlimit(10, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    ghost()


def deaf_ghost() -> None:
    ghost("deaf")


def everything() -> None:
    """A ghost that is deaf, beside a main process that stays."""
    ghost("deaf")
    live()


def hydra() -> None:
    """Two watchdogs; each starts the other again, in a session of its own."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    watch(0, time.monotonic() + AGE)


def watch(other: int, until: float) -> None:
    mark()
    me = os.getpid()
    while time.monotonic() < until:
        if not (other and os.path.exists(f"/proc/{other}")):
            other = fork(lambda: watch_apart(me, until))
        time.sleep(0.01)
    os._exit(0)


def watch_apart(other: int, until: float) -> None:
    os.setsid()
    watch(other, until)


def storm() -> None:
    """A hundred forks a second; every tenth stays as a daemon."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    until, number = time.monotonic() + AGE, 0
    mark()
    while time.monotonic() < until:
        number += 1
        fork(daemon if not number % 10 and number < 400 else lambda: None)
        time.sleep(0.01)


def pipeholder() -> None:
    """Its main process is gone; a child in another session holds its output."""

    def child() -> None:
        os.setsid()
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        live()

    fork(child)


def phoenix() -> None:
    """When it is asked to end, it leaves a ghost behind and obeys."""

    def rise(*_: object) -> None:
        ghost()
        os._exit(0)

    signal.signal(signal.SIGTERM, rise)
    live()


def headless() -> None:
    """Its main thread has ended, another lives on: the kernel shows a zombie."""
    import ctypes  # a start is cheap without them
    import threading

    threading.Thread(target=live).start()
    ctypes.CDLL(None).pthread_exit(None)


def suspended() -> None:
    mark()
    os.kill(os.getpid(), signal.SIGSTOP)
    time.sleep(AGE)


if __name__ == "__main__":
    # beside an adversary stands a stranger: the same program with the same arguments, which does nothing
    live() if os.path.exists("stranger") else globals()[sys.argv[1]]()
