"""Is MXX working? Read from the heartbeat of the scheduler's loop, never from the mere existence of a process."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from jobs.models import Run, Supervisor
from jobs.models.supervisor import STALE_AFTER
from jobs.services.room import little_room
from jobs.timing import clock


@dataclass(frozen=True)
class Health:
    ok: bool
    problem: str
    scheduler_beat_at: datetime | None
    running: int
    queued: int
    slots: int
    disk: str
    """A sentence once the disk is nearly full, or is."""


def health() -> Health:
    """ok only while some supervisor's scheduler loop was heard within the last 10 s. Three short queries."""
    now = clock.now()
    rows = Supervisor.objects.filter(kind="supervisor", stopped_at__isnull=True)
    beat = (
        rows.filter(scheduler_beat_at__lt=now + STALE_AFTER)  # later: written before the clock was set back
        .order_by("-scheduler_beat_at")
        .values_list("scheduler_beat_at", flat=True)
        .first()
    )
    ok = beat is not None and beat > now - STALE_AFTER
    slots = sum(rows.alive(now).values_list("slots", flat=True))
    return Health(
        ok=ok,
        problem="" if ok else _problem(beat, now),
        scheduler_beat_at=beat,
        running=Run.objects.active().count(),
        queued=Run.objects.queued().count(),
        slots=slots,
        disk=little_room(),
    )


def _problem(beat: datetime | None, now: datetime) -> str:
    if beat is None:
        return "the scheduler has not been heard yet"
    seconds = int((now - beat).total_seconds())
    return f"the scheduler was last heard {seconds} s ago"
