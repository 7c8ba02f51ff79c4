"""Due moments that pass without a run while a schedule is paused, changed or removed: one row tells how many."""

from __future__ import annotations

from datetime import datetime

from jobs.models import Run, Schedule, Source, Status
from jobs.services.params import schedule_params
from jobs.timing.triggers import Due
from jobs.timing.zones import TICK


def tell_paused(schedule: Schedule, since: datetime, now: datetime) -> None:
    _tell(
        schedule,
        _due(schedule, since, now),
        now,
        Status.SKIPPED,
        "paused: {} passed",
        f" since {_minute(since)}",
    )


def tell_dropped(schedule: Schedule, now: datetime, what: str) -> None:
    """Before a schedule is changed or removed: what was due by its old rule, and has no row yet. what: in words.

    schedule.job: as it was then, since a row pins the text and the priority of its moment, for who repeats it."""
    if schedule.paused_at:
        due = _due(schedule, schedule.paused_at, now)
        _tell(schedule, due, now, Status.SKIPPED, "paused: {} passed", f" before the schedule was {what}")
    elif schedule.next_run_time and schedule.next_run_time <= now:
        due = _due(schedule, schedule.next_run_time - TICK, now)
        _tell(schedule, due, now, Status.MISSED, "{} passed", f" before the schedule was {what}")


def _due(schedule: Schedule, since: datetime, now: datetime) -> Due:
    """In (since, now]. A startup schedule is due by no clock, only at the moment that its start gave it."""
    planned = schedule.planned_start() if schedule.trigger == "startup" else None
    if planned is not None:
        return Due(1, True, [planned]) if since < planned <= now else Due(0, True, [])
    return schedule.rule().due(since + TICK, now, 1)


def _tell(schedule: Schedule, due: Due, now: datetime, status: Status, text: str, when: str) -> None:
    if not due.moments:
        return
    count = str(due.count) if due.exact else f"more than {due.count}"
    job = schedule.job
    row = Run(
        job=job,
        job_name=job.name,
        revision=job.revision,
        params=schedule_params(job.toml, schedule.params),
        priority=job.priority,
        schedule=schedule,
        source=Source.SCHEDULE,
        status=status,
        scheduled_for=due.moments[-1],
        finished_at=now,
        reason=text.format(f"{count} due moment{'s' * (count != '1')}") + when,
    )
    Run.objects.bulk_create([row], ignore_conflicts=True)  # a clock that was set back may meet its own past


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
