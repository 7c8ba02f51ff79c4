"""A run as the world sees it: the shape that API, command line and webhooks share (DESIGN 8)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from jobs.models import Run


def describe_run(run: Run, *, with_receipt: bool = True) -> dict[str, Any]:
    """JSON-able; times are ISO 8601 in UTC with a Z."""
    told = {
        "id": run.pk,
        "job": run.job_name,
        "status": run.status,
        "source": run.source,
        "reason": run.reason,
        "attempt": run.attempt,
        "params": run.params,
        "scheduled_for": iso(run.scheduled_for),
        "queued_at": iso(run.queued_at),
        "started_at": iso(run.started_at),
        "finished_at": iso(run.finished_at),
        "exit_code": run.exit_code,
        "pool": run.pool,
        "host": run.host,
    }
    return {**told, "receipt": run.receipt} if with_receipt else told


def iso(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None
