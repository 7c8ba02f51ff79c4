"""The executor "executes" by appending Run rows; the dispatcher starts them after the commit."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from apscheduler.executors.base import BaseExecutor

from jobs.models import Run, Source
from jobs.models.writing import add_rows
from jobs.scheduling.planning import Moment
from jobs.scheduling.store import DueJob, Row
from jobs.services.params import schedule_params
from jobs.timing import clock

log = logging.getLogger("mxx.scheduler")


class RunExecutor(BaseExecutor):
    def __init__(self) -> None:
        super().__init__()
        self._rows: list[dict[str, Any]] = []
        self.failure: Exception | None = None

    def submit_job(self, job: DueJob, run_times: list[datetime]) -> None:
        """APScheduler swallows what is raised here; it is kept in `failure` for the wake-up to raise."""
        try:
            self._rows += [_row(job.row, moment, job.again) for moment in job.plan.moments]
        except Exception as error:
            self.failure = error
            raise

    def _do_submit_job(self, job: DueJob, run_times: list[datetime]) -> None:
        raise NotImplementedError("submit_job appends rows")

    def flush(self) -> int:
        """Insert the rows; a due moment that already has one (UNIQUE) keeps it. Returns how many were tried."""
        rows, self._rows = self._rows, []
        add_rows(Run(source=Source.SCHEDULE, queued_at=clock.now()), rows)
        return len(rows)

    def forget(self) -> None:
        """Drop what a failed wake-up has left."""
        self._rows.clear()
        self.failure = None


def _row(row: Row, moment: Moment, again: timedelta) -> dict[str, Any]:
    """again: how far beside its moment a row stands whose moment comes for the second time (see store.Again)."""
    log.debug("due schedule=%s job=%r at=%s %s", row.id, row.job__name, moment.at, moment.reason)
    return {
        "job": row.job_id,
        "job_name": row.job__name,
        "revision": row.job__revision_id,
        "schedule": row.id,
        "status": moment.status,
        "reason": moment.reason,
        "params": schedule_params(row.job__revision__toml, row.params),
        "priority": row.job__priority,
        "scheduled_for": moment.at + again,
        "finished_at": None if moment.runs else clock.now(),
    }
