"""Delete a job: softly, so that its history keeps a name and its due moments cannot race with the scheduler.
Delete a run: wholly, its row and its files."""

from __future__ import annotations

import shutil
from functools import partial

from django.db import transaction

from jobs.exceptions import Conflict
from jobs.models import Job, Run, Status
from jobs.services.announce import announce
from jobs.services.audit import record
from jobs.services.detached import detached_programs
from jobs.services.filejobs import refuse_job_from_a_file
from jobs.services.passing import tell_dropped
from jobs.services.runs import request_cancel
from jobs.services.watching import run_dir
from jobs.timing import clock


@transaction.atomic
def delete_job(*, job: Job, cancel: bool = False, from_file: bool = False) -> None:
    """The name is free at once; queued runs are cancelled; active ones finish, or are stopped with cancel.

    from_file: its file is gone. Raises Conflict for a job whose file is not.
    """
    if not from_file:
        refuse_job_from_a_file(job)
    now = clock.now()
    Job.objects.select_for_update(no_key=True).get(
        pk=job.pk
    )  # first, as on a save: else each may wait for the other
    for schedule in job.schedules.present().select_for_update():
        tell_dropped(schedule, now, "removed")
        schedule.deleted_at, schedule.next_run_time, schedule.rev = now, None, schedule.rev + 1
        schedule.save(update_fields=["deleted_at", "next_run_time", "rev"])
    job.deleted_at = now
    job.save(update_fields=["deleted_at"])
    record("job.deleted", job.name)
    job.runs.queued().update(status=Status.CANCELLED, reason="job deleted", finished_at=now)
    if cancel:
        request_cancel(job.runs.active(), reason="job deleted")
    announce()


@transaction.atomic
def delete_run(*, run: Run) -> None:
    """Forget a run that is over, with its log. Raises Conflict while something of it lives."""
    record("run.deleted", run.job_name, run=run.pk, status=str(run.status))
    forget_run(run)


def forget_run(run: Run) -> None:
    """As delete_run, and the audit log is the caller's to write.

    The files go last: killed in between, they lie there without a row and are nobody's, which harms nobody."""
    if not run.is_over:
        raise Conflict(f"run {run.pk} is not over yet: {run.status}")
    if any(one.alive for one in detached_programs(run)):
        raise Conflict(f"run {run.pk} has left a detached program that still lives: stop it first")
    folders = [run_dir(run, attempt).path for attempt in range(1, run.attempt + 1)]
    with transaction.atomic():
        run.delete()
        for folder in folders:
            transaction.on_commit(partial(shutil.rmtree, folder, ignore_errors=True))
