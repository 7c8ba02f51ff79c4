"""An owner of runs: one process with a row, a heartbeat and an identity that outlives its pid.

Its id begins with the id of its MXX_HOME, where the folders of its runs lie. So a host that got another name still knows
its runs, and two homes on one host leave each other's alone.
"""

from __future__ import annotations

import os
import secrets
import socket
from datetime import datetime, timedelta

from jobs import services
from jobs.models import Run, Supervisor
from jobs.models.supervisor import STALE_AFTER
from jobs.timing import clock
from plugins.custody.backends import backend

REMEMBERED = timedelta(days=1)
"""How long the row of a process that is gone is kept."""


def host_name() -> str:
    return socket.gethostname()


def register(kind: str, slots: int = 0) -> Supervisor:
    """Insert the row of this process; rows of long gone ones go."""
    me = backend().identity(os.getpid())
    assert me is not None
    forget_the_gone(clock.now())
    return Supervisor.objects.create(
        id=f"{services.home_id()}:{me.pid}:{secrets.token_hex(4)}",
        kind=kind,
        host=host_name(),
        pid=me.pid,
        identity=f"{backend().boot()}:{me.start}",
        slots=slots,
    )


def is_first(me: Supervisor) -> bool:
    """Whether MXX starts with this supervisor: no other was there before it."""
    now = clock.now()
    others = Supervisor.objects.filter(kind="supervisor", started_at__lt=me.started_at).exclude(pk=me.pk)
    return all(is_gone(other, now) for other in others.alive(now))


def is_gone(owner: Supervisor, now: datetime) -> bool:
    """True when the process stopped, died, or has not been heard for 10 s (a stopped process is no owner)."""
    if owner.stopped_at is not None or not _is_fresh(owner, now):
        return True
    return owner.pk.startswith(f"{services.home_id()}:") and not _lives(owner)


def _is_fresh(owner: Supervisor, now: datetime) -> bool:
    return abs(now - owner.heartbeat_at) < STALE_AFTER  # one that lies ahead is of another clock


def _lives(owner: Supervisor) -> bool:
    boot, _, start = owner.identity.rpartition(":")
    identity = backend().identity(owner.pid)
    return identity is not None and boot == backend().boot() and identity.start == int(start)


def beat(me: Supervisor, scheduler_beat_at: datetime | None = None) -> None:
    """Whoever was silent for a day (a laptop that slept) may have been forgotten: its row is written again."""
    me.heartbeat_at = clock.now()
    me.scheduler_beat_at = scheduler_beat_at or me.scheduler_beat_at
    fields = {"heartbeat_at": me.heartbeat_at, "scheduler_beat_at": me.scheduler_beat_at}
    if not Supervisor.objects.filter(pk=me.pk).update(**fields):
        me.save(force_insert=True)


def sign_off(owner_id: str) -> None:
    Supervisor.objects.filter(pk=owner_id).update(stopped_at=clock.now())


def forget_the_gone(now: datetime) -> None:
    """Without this, each `runjob` would leave a row for ever. A run whose owner has no row counts as orphaned; that of one
    with active runs stays, for it tells since when they are."""
    held = Run.objects.active().values("owner")
    Supervisor.objects.filter(heartbeat_at__lt=now - REMEMBERED).exclude(pk__in=held).delete()
