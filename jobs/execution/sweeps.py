"""Sweeps of lost runs, each in a thread of its own: the long grace of one holds up neither the others nor the loop."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import Future
from typing import Any

from jobs import services
from jobs.models import Run
from plugins.custody.rundir import RunDir
from plugins.custody.sweep import sweep

log = logging.getLogger("mxx.recovery")

Receipt = dict[str, Any]


class Sweeps:
    """Nothing here outlives the process: the next supervisor sweeps again, and then finds less."""

    def __init__(self) -> None:
        self._going: dict[tuple[int, int], Future[Receipt]] = {}

    def receipt_of(self, run: Run) -> Receipt | None:
        """Begin the sweep of this attempt, once; None while it goes on. Raises what the sweep raised, then begins anew."""
        attempt = (run.pk, run.attempt)
        if attempt not in self._going:
            self._going[attempt] = _begin(services.run_dir(run))
        if not self._going[attempt].done():
            return None
        return self._going.pop(attempt).result()


def _begin(folder: RunDir) -> Future[Receipt]:
    going: Future[Receipt] = Future()
    thread = threading.Thread(target=_sweep, args=(folder, going), name="mxx-sweep", daemon=True)
    thread.start()
    return going


def _sweep(folder: RunDir, going: Future[Receipt]) -> None:
    try:
        going.set_result(sweep(folder))
    except Exception as error:  # told by receipt_of, in the loop that asks
        going.set_exception(error)
