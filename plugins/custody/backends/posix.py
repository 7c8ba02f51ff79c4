"""Starting a program the POSIX way: no copy of our memory, nothing of ours inherited."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping
from errno import EACCES, ENOENT
from functools import cache

assert sys.platform != "win32"


def spawn(argv: list[str], cwd: str, env: Mapping[str, str], output: int, errors: int) -> int:
    """Start argv in `cwd`, in a session of its own, with stdin from nowhere; returns the pid. Raises OSError.

    All other descriptors of ours are close-on-exec. Changes this process's folder: the caller has one thread and
    does not care where it stands.
    """
    os.chdir(cwd)
    try:
        return os.posix_spawn(
            found(argv[0], env.get("PATH", os.defpath)),
            argv,
            env,
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_DUP2, output, 1),
                (os.POSIX_SPAWN_DUP2, errors, 2),
            ],
            setsid=True,
            setsigmask=[],
            setsigdef=settable(),
        )
    finally:
        os.chdir("/")  # never in the way of an unmount


def found(name: str, path: str) -> str:
    """The program's file, as execvp would find it. Raises OSError."""
    if os.sep in name:
        return name
    error = ENOENT
    for folder in path.split(os.pathsep):
        candidate = os.path.join(folder or ".", name)
        if os.path.isfile(candidate):
            if os.access(candidate, os.X_OK):
                return candidate
            error = EACCES
    raise OSError(error, os.strerror(error), name)


@cache
def settable() -> list[int]:
    """Every signal that a process can ignore (Python: SIGPIPE): an ignored one would stay ignored in the program.

    All of them, not only those that are: the C library asks for each that it is not told to set, and sets it too."""
    return [int(number) for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}]
