"""The runner as a fresh interpreter: `python -m plugins.custody.stations.coldrunner`, its order a line on stdin."""

from __future__ import annotations

import base64
import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from typing import Any, BinaryIO

from plugins.custody import runner
from plugins.custody.spec import RunSpec
from plugins.custody.stations.cold import STOP


def main() -> None:
    words = _private_input()
    line = words.readline()
    if not line.endswith(b"\n"):
        return  # the keeper died before it had said what to do
    order: dict[str, Any] = json.loads(line)
    spec, task = RunSpec(**order["spec"]), _task(**order["task"])
    os.chdir(spec.dir.file("work"))
    os.umask(spec.umask)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)  # type: ignore[union-attr]
    host = runner.KeeperHost(_taken(order["line"]), task.stopping)
    _hear(words, host.interrupted)
    runner.main(spec, host, task)


def _private_input() -> BinaryIO:
    """Our stdin under another number: what plugin code starts must not read the keeper's words."""
    private = os.dup(0)
    nowhere = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nowhere, 0)
    os.close(nowhere)
    return os.fdopen(private, "rb", buffering=0)


def _task(began: float, done: list[list[str]] | None, stopping: str) -> runner.Task:
    return runner.Task(began, None if done is None else [(key[0], key[1], key[2]) for key in done], stopping)


def _taken(line: str) -> socket.socket:
    """The socket that the keeper handed over: a descriptor, or what Windows makes of one for another process."""
    if sys.platform == "win32":
        return socket.fromshare(base64.b64decode(line))
    else:
        return socket.socket(fileno=int(line))


def _hear(words: BinaryIO, interrupted: Callable[[], None]) -> None:
    """A thread listens: STOP raises in the main thread, the end of input (the keeper died) ends us."""

    def listen() -> None:
        while words.readline() == STOP:
            _interrupt_main()
        os._exit(1)

    signal.signal(signal.SIGINT, lambda *_: interrupted())
    threading.Thread(target=listen, name="mxx-stop", daemon=True).start()


def _interrupt_main() -> None:
    if sys.platform == "win32":
        signal.raise_signal(signal.SIGINT)  # its C handler also wakes a main thread that sleeps
    else:
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


if __name__ == "__main__":
    main()
