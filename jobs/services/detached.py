"""Programs that a run left on purpose: which still live, and stopping one."""

from __future__ import annotations

from jobs.exceptions import Conflict, NotFound
from jobs.models import Run
from jobs.services.audit import record
from jobs.services.watching import run_dir
from plugins.custody.outliving import Outliving, detached_of, stop_detached


def detached_programs(run: Run) -> list[Outliving]:
    """Of the last attempt that has any; their numbers are those of the launches in its receipt."""
    for attempt in range(run.attempt, 0, -1):
        if found := detached_of(run_dir(run, attempt)):
            return found
    return []


def stop_detached_program(*, run: Run, number: int, reason: str) -> list[Outliving]:
    """Stop it, with everything it has started; until it is gone it may take the run's grace.

    Returns what detached_programs does. Raises NotFound, and Conflict when it has ended.
    """
    for attempt in range(run.attempt, 0, -1):
        folder = run_dir(run, attempt)
        for one in detached_of(folder):
            if one.number == number:
                if not one.alive:
                    raise Conflict(f"detached program {number} of run {run.pk} has ended already")
                stop_detached(folder, number, reason)
                record("run.detached_stopped", run.job_name, run=run.pk, number=number)
                return detached_programs(run)
    raise NotFound(f"run {run.pk} has no detached program {number}")
