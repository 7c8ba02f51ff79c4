"""Notices: short lines to the supervisor, so that it need not look at the disk. They cut latency, nothing else."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable

from plugins.custody.spec import RunSpec

Notify = Callable[[str], None]


def notifier(notices: int, spec: RunSpec) -> Notify:
    """Writes `{"kind", "run", "attempt", "at"}` lines, shorter than PIPE_BUF and so never mixed.

    notices: a non-blocking pipe. Full or broken is not an error: the files of the run tell the same.
    """

    def notify(kind: str) -> None:
        line = json.dumps({"kind": kind, "run": spec.run, "attempt": spec.attempt, "at": time.time()})
        try:
            os.write(notices, line.encode() + b"\n")
        except (BrokenPipeError, BlockingIOError):
            return

    return notify
