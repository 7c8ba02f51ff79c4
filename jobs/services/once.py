"""Start a run once, however often it is asked for under the same key."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.db import IntegrityError, transaction

from jobs.exceptions import Conflict
from jobs.models import IdempotencyKey, Job, Run
from jobs.services.people import Caller, person
from jobs.services.runs import trigger_job
from jobs.timing import clock


def trigger_once(
    *, job: Job, key: str, source: str, params: dict[str, Any], by: Caller = None
) -> tuple[Run, bool]:
    """The run, and whether it is the one of an earlier request of this caller with this key, which is kept for a day.

    Raises Conflict when that one asked for other params, and BadInput for params that do not fit; then no key is kept.
    """
    user = person(by)
    same = {"caller": user.pk if user else 0, "job": job, "key": key}
    digest = _digest(params)
    if earlier := _earlier(same, digest):
        return earlier, True
    try:
        with transaction.atomic():
            IdempotencyKey.objects.expired(clock.now()).delete()
            run = trigger_job(job=job, source=source, params=params, by=by, idempotency_key=key)
            IdempotencyKey.objects.create(**same, digest=digest, run=run)
    except IntegrityError:  # another request with this key was faster: UNIQUE decides
        if earlier := _earlier(same, digest):
            return earlier, True
        raise
    return run, False


def _earlier(same: dict[str, Any], digest: str) -> Run | None:
    found = IdempotencyKey.objects.kept(clock.now()).filter(**same).select_related("run__job").first()
    if found is None:
        return None
    if found.digest != digest:
        raise Conflict(
            f"this key was used for run {found.run_id} with other params: take a new key for a new request",
            field="Idempotency-Key",
            example=f"{found.key[:190]}-2",
        )
    return found.run


def _digest(params: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(params, sort_keys=True).encode()).hexdigest()
