"""Pause and resume: operational state, never in the text. Resuming tells how much passed meanwhile."""

from __future__ import annotations

from django.db import transaction

from jobs.exceptions import NotFound
from jobs.models import Job, Run, Schedule, Source, Status
from jobs.services.announce import announce
from jobs.services.audit import record
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
    schedule.enabled = False
    _hold(schedule)
    record("schedule.paused", schedule.job.name, schedule=schedule.name)
    announce()


@transaction.atomic
def resume_schedule(*, schedule: Schedule) -> None:
    schedule.enabled = True
    if schedule.job.enabled:
        _release(schedule)
    else:
        schedule.save(update_fields=["enabled"])
    record("schedule.resumed", schedule.job.name, schedule=schedule.name)
    announce()


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
    schedule.plan(now)
    schedule.paused_at = None
    schedule.rev += 1
    schedule.save(update_fields=["enabled", "next_run_time", "paused_at", "rev"])
    first = schedule.rule().after(since)
    if first is None or first > now:
        return
    assert schedule.job.revision is not None
    passed = schedule.rule().due(first, now, 1)
    count = str(passed.count) if passed.exact else f"more than {passed.count}"
    reason = (
        f"paused: {count} due moment{'s' if count != '1' else ''} passed since {since:%Y-%m-%d %H:%M} UTC"
    )
    row = Run(
        job=schedule.job,
        job_name=schedule.job.name,
        revision=schedule.job.revision,
        schedule=schedule,
        source=Source.SCHEDULE,
        status=Status.SKIPPED,
        scheduled_for=passed.moments[-1],
        finished_at=now,
        reason=reason,
    )
    Run.objects.bulk_create([row], ignore_conflicts=True)  # a clock that was set back may meet its own past
