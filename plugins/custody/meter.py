"""The meter of a run: what its programs use, once a second, and whether that is more than they may."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection
from typing import Any

from plugins.custody.series import Sample, Series
from plugins.custody.spec import RunSpec
from plugins.custody.usage import own_memory, usage
from plugins.sizes import in_words

EVERY, EVERY_WITH_LIMITS = 1.0, 0.5
"""Seconds between two looks."""
FIRST_WITH_LIMITS = 0.1
MOST_OF_A_CORE = 0.005
"""A tree so large that looking at it would cost more of a core is looked at less often."""
KEEP_EVERY = 5.0
"""Seconds between two writes of the file `samples`, for those who watch."""

Put = Callable[[str, dict[str, Any]], object]
"""Writes a file of the run, or tells why not."""


class Meter:
    """A run that ends within its first second is never looked at, unless it has limits."""

    def __init__(self, spec: RunSpec, began: float, put: Put) -> None:
        self._spec, self._began, self._put = spec, began, put
        self._limited = spec.memory is not None or spec.processes is not None
        self._series = Series()
        self._cpu, self._at = _cpu_so_far(), began
        self._keep_at = began + KEEP_EVERY
        self.look_at = began + (FIRST_WITH_LIMITS if self._limited else EVERY)

    def look(self, runner: int, without: Collection[int] = ()) -> str:
        """Why the run must end: which limit it is over; "" when all is well. without: pids below us that are not the run's."""
        spent, now = time.thread_time(), time.monotonic()
        found = usage(os.getpid(), runner, without)
        share = max(0.0, 100 * (found.cpu - self._cpu) / max(now - self._at, 0.01))
        sample = Sample(round(now - self._began, 2), round(share, 1), found.memory, found.processes)
        if now - self._began >= EVERY * 0.9 and self._series.add(sample):
            self._cpu, self._at = found.cpu, now
        over = self._over(sample, runner, without) if self._limited else ""
        if now >= self._keep_at:
            self._keep_at = now + KEEP_EVERY
            self.keep()
        cost = time.thread_time() - spent
        self.look_at = now + max(EVERY_WITH_LIMITS if self._limited else EVERY, cost / MOST_OF_A_CORE)
        return over

    def keep(self) -> None:
        """Write what there is, for those who watch and for the history."""
        if self._series.points:
            self._put("samples", self._series.told())

    def _over(self, sample: Sample, runner: int, without: Collection[int]) -> str:
        most, many = self._spec.memory, self._spec.processes
        if many is not None and sample.processes > many:
            return f"had {sample.processes} processes, its limit is {many}"
        if most is not None and sample.memory > most:
            used = own_memory(os.getpid(), runner, without)
            if used > most:
                return f"used {in_words(used)}, its limit is {in_words(most)}"
        return ""


def _cpu_so_far() -> float:
    """Of children that this keeper had before: it may have kept other runs."""
    spent = os.times()
    return spent.children_user + spent.children_system
