"""What something costs this process, whatever else the machine does."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

FREE_CORE = 0.0072
"""Seconds of `plain_loop` on a core (EPYC, 2.4 GHz) that nobody shares."""


def seconds_of(work: Callable[[], object]) -> float:
    """Of the processor, as on a free core: what shares one with a neighbour takes nearly twice as long, and a plain loop as well.

    Without the collector's walks through all that pytest has gathered so far, which are none of ours."""
    gc.freeze()
    try:
        before, began = plain_loop(), time.process_time()
        work()
        taken = time.process_time() - began
        return taken / max(1.0, (before + plain_loop()) / 2 / FREE_CORE)
    finally:
        gc.unfreeze()


def plain_loop() -> float:
    """Seconds of the processor for the same work each time: the machine's floor."""
    began = time.process_time()
    for number in range(200_000):
        number + number
    return time.process_time() - began
