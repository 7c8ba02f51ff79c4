"""Is MXX working? Read from the heartbeat of the scheduler's loop, never from the mere existence of a process."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from jobs.models import Lease, Run, Supervisor
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
    """ok only while some supervisor's scheduler loop was heard within the last 10 s, by either side of the clock, and
    one holds the lease. Five short queries."""
    now = clock.now()
    rows = Supervisor.objects.filter(kind="supervisor", stopped_at__isnull=True)
    beat = (
        rows.filter(scheduler_beat_at__lt=now + STALE_AFTER)  # later: written before the clock was set back
        .order_by("-scheduler_beat_at")
        .values_list("scheduler_beat_at", flat=True)
        .first()
    )
    problem = _problem(beat, now) or _leaderless(now)
    slots = sum(rows.alive(now).values_list("slots", flat=True))
    return Health(
        ok=not problem,
        problem=problem,
        scheduler_beat_at=beat,
        running=Run.objects.active().count(),
        queued=Run.objects.queued().count(),
        slots=slots,
        disk=little_room(),
    )


def heartbeats() -> list[Supervisor]:
    """Of the processes that own runs and are alive, the oldest first."""
    return list(Supervisor.objects.alive(clock.now()).order_by("started_at"))


def _problem(beat: datetime | None, now: datetime) -> str:
    if beat is None:
        return "the scheduler has not been heard yet"
    if abs(now - beat) < STALE_AFTER:
        return ""
    seconds = int((now - beat).total_seconds())
    if seconds < 0:
        return f"the scheduler was last heard {-seconds} s ahead of now: the clock was set back, or two clocks disagree"
    return f"the scheduler was last heard {seconds} s ago"


def _leaderless(now: datetime) -> str:
    """A scheduler may turn and yet not lead: then nothing is planned either. A lease given back is taken in a second."""
    expires = Lease.objects.filter(name="scheduler").values_list("expires_at", flat=True).first()
    if expires is None or expires > now - STALE_AFTER:
        return ""
    return f"no scheduler has led for {int((now - expires).total_seconds())} s: nothing is planned"
