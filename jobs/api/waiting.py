"""Requests that wait for something: the wait of a trigger, the follow of a log. They keep some threads of the server, never all."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import BoundedSemaphore

PLACES = 4
"""Half of the web server's threads. A request that finds none is answered at once, as if its time were over."""
FIRST_PAUSE, LONGEST_PAUSE = 0.01, 0.2

_places = BoundedSemaphore(PLACES)


def wait_until(ready: Callable[[], object], seconds: float) -> None:
    """Returns once it is ready, or after that many seconds. Looks again and again, with no transaction open."""
    if seconds <= 0 or not _places.acquire(blocking=False):
        return
    try:
        _look(ready, time.monotonic() + seconds)
    finally:
        _places.release()


def _look(ready: Callable[[], object], deadline: float) -> None:
    pause = FIRST_PAUSE
    while not ready() and time.monotonic() < deadline:
        time.sleep(min(pause, max(deadline - time.monotonic(), 0)))
        pause = min(pause * 1.5, LONGEST_PAUSE)
