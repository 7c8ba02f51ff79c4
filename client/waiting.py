"""Waiting for a run: look again and again, through a restart of the server."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeVar

from client.api import Api
from client.failures import Failure

PAUSES = (0.05, 1.0)
"""Seconds between two looks: the first, growing to the last."""
AWAY = 60.0
"""Seconds that the server may be away while somebody waits."""
SHORT = 64 * 1024
"""Bytes: had there been more of the log than such a piece, it would have been longer."""

Answer = TypeVar("Answer")


def the_end_of(api: Api, run_id: int) -> dict[str, Any]:
    """The run, once it is over."""
    for _ in pauses():
        run = patiently(partial(api.get, "runs", run_id))
        if run["finished_at"]:
            break
    return dict(run)


def log_of(
    api: Api, run_id: int, *, follow: bool, attempt: int | None = None, colours: bool = False
) -> Iterator[str]:
    """The output so far, in pieces; with follow, on until the run is over, through all its attempts from that one on."""
    offset, pause = 0, PAUSES[0]
    now = _attempt_of(api, run_id) if attempt is None else attempt
    while True:
        piece = patiently(partial(api.log, run_id, offset, attempt=now, colours=colours))
        yield piece.text
        moved, offset = piece.next_offset - offset, piece.next_offset
        pause = PAUSES[0] if moved else min(pause * 1.3, PAUSES[1])
        if follow and (piece.complete or not now) and (latest := _attempt_of(api, run_id)) > now:
            now, offset = now + 1 if now else latest, 0  # each attempt has a log of its own
        elif piece.complete or not (follow or moved >= SHORT):
            return
        elif moved < SHORT:
            time.sleep(pause)


def _attempt_of(api: Api, run_id: int) -> int:
    return int(patiently(partial(api.get, "runs", run_id))["attempt"])


def patiently(ask: Callable[[], Answer]) -> Answer:
    """The answer, also of a server that was gone for a while. Raises its failure when it stays away."""
    deadline = time.monotonic() + AWAY
    for _ in pauses():
        try:
            return ask()
        except Failure as failure:
            if not failure.passing or time.monotonic() > deadline:
                raise
    raise AssertionError("pauses() never ends")


def pauses() -> Iterator[None]:
    """For ever: at once, then after pauses that grow."""
    pause = PAUSES[0]
    while True:
        yield
        time.sleep(pause)
        pause = min(pause * 1.3, PAUSES[1])
