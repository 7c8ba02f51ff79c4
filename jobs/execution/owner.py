"""An owner of runs: one process with a row, a heartbeat and an identity that outlives its pid."""

from __future__ import annotations

import os
import secrets
import socket
from datetime import datetime

from jobs.models import Supervisor
from jobs.models.supervisor import STALE_AFTER
from jobs.timing import clock
from plugins.custody.backends import backend


def host_name() -> str:
    return socket.gethostname()


def register(kind: str, slots: int = 0) -> Supervisor:
    """Insert the row of this process."""
    me = backend().identity(os.getpid())
    assert me is not None
    host = host_name()
    return Supervisor.objects.create(
        id=f"{host[:40]}:{me.pid}:{secrets.token_hex(4)}",
        kind=kind,
        host=host,
        pid=me.pid,
        identity=f"{backend().boot()}:{me.start}",
        slots=slots,
    )


def is_gone(owner: Supervisor, now: datetime) -> bool:
    """True when the process stopped, died, or has not been heard for 10 s (a stopped process is no owner)."""
    if owner.stopped_at is not None or not _is_fresh(owner, now):
        return True
    return owner.host == host_name() and not _lives(owner)


def _is_fresh(owner: Supervisor, now: datetime) -> bool:
    return abs(now - owner.heartbeat_at) < STALE_AFTER  # one that lies ahead is of another clock


def _lives(owner: Supervisor) -> bool:
    boot, _, start = owner.identity.rpartition(":")
    identity = backend().identity(owner.pid)
    return identity is not None and boot == backend().boot() and identity.start == int(start)


def beat(owner_id: str, scheduler_beat_at: datetime | None = None) -> None:
    fields: dict[str, datetime] = {"heartbeat_at": clock.now()}
    if scheduler_beat_at is not None:
        fields["scheduler_beat_at"] = scheduler_beat_at
    Supervisor.objects.filter(pk=owner_id).update(**fields)


def sign_off(owner_id: str) -> None:
    Supervisor.objects.filter(pk=owner_id).update(stopped_at=clock.now())
