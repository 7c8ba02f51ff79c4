"""What the keeper's loop needs of a platform. What the platform knows of processes is the Backend's."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple, Protocol

from plugins.custody.backends.base import Backend

if TYPE_CHECKING:
    from socket import SocketType

    from plugins.custody.runner import Task
    from plugins.custody.spec import RunSpec


WAITING = "mxx-spare"
"""How a keeper and a runner are called that have no run."""


class Ends(NamedTuple):
    """The keeper's, or the runner's. sock: to talk with the other; output, errors: pipes with what the runner prints."""

    sock: SocketType
    output: int
    errors: int

    def close(self) -> None:
        self.sock.close()
        os.close(self.output)
        os.close(self.errors)


TakeEnds = Callable[[Ends], None]


class Selector(Protocol):
    """Of `selectors`, what a line needs."""

    def register(self, file: SocketType, events: int, data: Callable[[], object], /) -> object: ...

    def modify(self, file: SocketType, events: int, data: Callable[[], object], /) -> object: ...

    def unregister(self, file: SocketType, /) -> object: ...


class Station(Protocol):
    """For one run after the other, in one thread. Whatever arrives is served in turn(), never in between."""

    @property
    def selector(self) -> Selector:
        """Takes sockets; the data is what to call."""

    def open(self, woken: Callable[[], None]) -> None:
        """For a run. woken(): somebody wants its keeper to look at its folder now."""

    def start_runner(self, spec: RunSpec, backend: Backend, task: Task, take: TakeEnds) -> int:
        """Its pid, our own child. take(ends) is called before it is there: what follows a fork pays for each page."""

    @property
    def resting(self) -> int:
        """The pid of a runner of ours whose run is over and that waits for another one; 0 when there is none."""

    def interrupt(self, runner: int) -> None:
        """Raise in the runner's main thread."""

    def kill(self, child: int) -> None:
        """Our own child, whose end we have not seen: nobody else can have its pid."""

    def mind(self, child: int) -> None:
        """Its end shall be told by exits()."""

    def drain(self, pipe: int, take: Callable[[bytes], None]) -> None:
        """Give take() whatever arrives and b"" at the end. The pipe is ours from now on."""

    def release(self, pipe: int) -> None:
        """Close it before its end."""

    @property
    def session(self) -> int:
        """Of this process and its runner; 0 where there is none."""

    def turn(self, seconds: float) -> None:
        """Serve whatever comes within so many seconds."""

    def exits(self) -> Iterable[tuple[int, int]]:
        """Pid and code of every child that has ended since, and of a runner that rests now; a negative code is a
        signal's number."""

    def close(self) -> None:
        """Every descriptor."""
