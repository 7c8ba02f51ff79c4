"""Is MXX working? Read from the heartbeat of the scheduler's loop, never from the mere existence of a process."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, Max, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from jobs.models import Lease, Run, Status, Supervisor
from jobs.models.supervisor import STALE_AFTER
from jobs.services.room import little_room
from jobs.services.silence import ownerless, silence_told
from jobs.timing import clock


@dataclass(frozen=True)
class Pulse:
    """What every page says: will anything start?"""

    ok: bool
    problem: str
    scheduler_beat_at: datetime | None
    slots: int
    disk: str
    """A sentence once the disk is nearly full, or is."""
    silent: str
    """A sentence while runs are active whose MXX_HOME is not heard any more."""


@dataclass(frozen=True)
class Health(Pulse):
    running: int
    queued: int


def health() -> Health:
    """The pulse, and how much goes on. Two short queries."""
    waits = Q(status=Status.QUEUED)
    going = Run.objects.unfinished().aggregate(
        running=Count("pk", filter=~waits), queued=Count("pk", filter=waits)
    )
    return Health(**vars(pulse()), **going)


def pulse() -> Pulse:
    """ok only while some supervisor's scheduler loop was heard within the last 10 s, by either side of the clock, and
    one holds the lease. One query; two more while the owner of an active run is not heard."""
    now = clock.now()
    alive = Q(heartbeat_at__range=(now - STALE_AFTER, now + STALE_AFTER))
    in_time = Q(scheduler_beat_at__lt=now + STALE_AFTER)  # later: written before the clock was set back
    expires = Lease.objects.filter(name="scheduler").values("expires_at")
    told = Supervisor.objects.filter(kind="supervisor", stopped_at__isnull=True).aggregate(
        beat=Max("scheduler_beat_at", filter=in_time),
        slots=Coalesce(Sum("slots", filter=alive), 0),
        expires=Max(Subquery(expires)),
        ownerless=Count("pk", filter=Exists(Run.objects.active().filter(ownerless(now)))),
    )
    problem = _problem(told["beat"], now) or _leaderless(told["expires"], now)
    silent = silence_told(now) if told["ownerless"] else ""
    return Pulse(not problem, problem, told["beat"], told["slots"], little_room(), silent)


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


def _leaderless(expires: datetime | None, now: datetime) -> str:
    """A scheduler may turn and yet not lead: then nothing is planned either. A lease given back is taken in a second."""
    if expires is None or expires > now - STALE_AFTER:
        return ""
    return f"no scheduler has led for {int((now - expires).total_seconds())} s: nothing is planned"
