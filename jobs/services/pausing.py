"""Pause and resume: operational state, never in the text. Resuming tells how much passed meanwhile."""

from __future__ import annotations

from django.db import transaction

from jobs.exceptions import NotFound
from jobs.models import Job, Schedule
from jobs.services.announce import announce
from jobs.services.audit import record
from jobs.services.passing import tell_paused
from jobs.timing import clock
from jobs.timing.zones import TICK


@transaction.atomic
def pause_job(*, job: Job) -> None:
    """No schedule of the job fires until it is resumed; manual runs stay allowed."""
    job.enabled = False
    job.save(update_fields=["enabled"])
    for schedule in job.schedules.present().select_for_update():
        _hold(schedule)
    record("job.paused", job.name)
    announce()


@transaction.atomic
def resume_job(*, job: Job) -> None:
    job.enabled = True
    job.save(update_fields=["enabled"])
    for schedule in job.schedules.present().filter(enabled=True).select_for_update():
        schedule.job = job
        _release(schedule)
    record("job.resumed", job.name)
    announce()


def find_schedule(schedule_id: int) -> Schedule:
    """A present one. Raises NotFound."""
    try:
        return Schedule.objects.present().select_related("job").get(pk=schedule_id)
    except Schedule.DoesNotExist:
        raise NotFound(f"there is no schedule {schedule_id}") from None


@transaction.atomic
def pause_schedule(*, schedule: Schedule) -> None:
    """Raises NotFound for one that was removed meanwhile."""
    _lock(schedule)
    schedule.enabled = False
    _hold(schedule)
    record("schedule.paused", schedule.job.name, schedule=schedule.name)
    announce()


@transaction.atomic
def resume_schedule(*, schedule: Schedule) -> None:
    """Raises NotFound for one that was removed meanwhile."""
    _lock(schedule)
    schedule.enabled = True
    if schedule.job.enabled:
        _release(schedule)
    else:
        schedule.save(update_fields=["enabled"])
    record("schedule.resumed", schedule.job.name, schedule=schedule.name)
    announce()


def _lock(schedule: Schedule) -> None:
    """As it is now: since the caller read it, it may have fired, been paused with its job, or removed."""
    Job.objects.select_for_update(no_key=True).get(pk=schedule.job_id)
    schedule.refresh_from_db(from_queryset=Schedule.objects.select_for_update())
    if schedule.deleted_at:
        raise NotFound(f"there is no schedule {schedule.pk}")


def _hold(schedule: Schedule) -> None:
    """A moment that is due by now, but has no row yet, passes while it is paused: so resuming tells of it."""
    now, planned = clock.now(), schedule.next_run_time
    since = min(now, planned - TICK) if planned else now
    schedule.next_run_time = None
    schedule.paused_at = schedule.paused_at or since
    schedule.rev += 1
    schedule.save(update_fields=["enabled", "next_run_time", "paused_at", "rev"])


def _release(schedule: Schedule) -> None:
    """A schedule that was not held keeps its plan: a moment that is due just now must not get lost."""
    now, since = clock.now(), schedule.paused_at
    if since is None:
        schedule.save(update_fields=["enabled"])
        return
    tell_paused(schedule, since, now)
    schedule.plan_resumed(now)
    schedule.paused_at = None
    schedule.rev += 1
    schedule.save(update_fields=["enabled", "next_run_time", "paused_at", "rev"])
