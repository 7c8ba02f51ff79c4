"""The keeper process: keeps one run after a cold start, or several one after the other for the zygote."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from plugins.custody.backends import Backend, backend
from plugins.custody.keeping import Keeper
from plugins.custody.notices import notifier
from plugins.custody.spec import RunSpec, hide_our_variables
from plugins.custody.stations import Station, prepare_keeper, station
from plugins.custody.stations.base import WAITING

if TYPE_CHECKING:
    from socket import SocketType

MOST_RUNS = 100
"""Runs that one keeper process keeps at most."""
FREE = b"f"
"""What a keeper says to the zygote when it could keep another run."""


def run(spec: RunSpec, machine: Backend, place: Station, notices: int) -> bool:
    """Keep one run; machine: as grouped() gives it; notices: a non-blocking pipe for the supervisor's comfort, whose
    reader may be gone.

    True when nothing is left of it, so that this process may keep another.
    """
    keeper = Keeper(spec, machine, place, notifier(notices, spec))
    try:
        return keeper.keep()
    finally:
        keeper.close()


def serve(first: bytes, line: SocketType, notices: int) -> None:
    """For the zygote: keep a run, say FREE, keep the next that comes by the line, until it ends.

    first: a go token; b"" for a keeper that is made before it is needed."""
    with grouped() as machine, closing(station(machine)) as place:
        token = first or _next(line, machine, b"")
        left = MOST_RUNS
        while token and run(RunSpec.read(token), machine, place, notices) and (left := left - 1):
            token = _next(line, machine, FREE)


@contextmanager
def grouped() -> Iterator[Backend]:
    """This process in a group of its own, and the machine as seen from there: asked once for all its runs."""
    backend().enter_group()
    machine = backend()
    yield machine
    machine.leave_group()  # not after an error: then somebody of the run may still be there, and is found by it


def _next(line: SocketType, machine: Backend, word: bytes) -> bytes:
    """The go token of another run; b"" when there is none."""
    machine.set_name(WAITING)
    text = b""
    try:
        line.sendall(word)
        while not text.endswith(b"\n") and (chunk := line.recv(1 << 16)):
            text += chunk
    except OSError:  # the zygote is gone
        return b""
    return text if text.endswith(b"\n") else b""


def main() -> None:
    """Cold start, for one run: the go token is one JSON line on stdin; EOF before it means: do nothing."""
    prepare_keeper()
    hide_our_variables()
    os.umask(0o077)
    line = sys.stdin.buffer.readline()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)  # the runner has the same stdin
    if line.endswith(b"\n"):
        with grouped() as machine, closing(station(machine)) as place:
            run(RunSpec.read(line), machine, place, notices=1)


if __name__ == "__main__":
    main()
