"""Delete a job: softly, so that its history keeps a name and its due moments cannot race with the scheduler."""

from __future__ import annotations

from django.db import transaction

from jobs.models import Job, Status
from jobs.services.announce import announce
from jobs.services.audit import record
from jobs.services.passing import tell_dropped
from jobs.services.runs import request_cancel
from jobs.timing import clock


@transaction.atomic
def delete_job(*, job: Job, cancel: bool = False) -> None:
    """The name is free at once; queued runs are cancelled; active ones finish, or are stopped with cancel."""
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
