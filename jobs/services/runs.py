"""Start, stop and repeat runs. Starting only writes a queued row: the row is the message to the supervisor."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from jobs.exceptions import Conflict, NotFound
from jobs.models import Job, Revision, Run, Source, Status
from jobs.models.run import RunQuerySet
from jobs.services.announce import announce
from jobs.services.audit import record
from jobs.services.drafts import Draft
from jobs.services.params import declared_in, run_params
from jobs.services.people import Caller, person
from jobs.services.silence import tell_silence
from jobs.timing import clock
from plugins import jobfile


def find_run(run_id: int) -> Run:
    try:
        return Run.objects.select_related("job", "revision", "schedule").get(pk=run_id)
    except Run.DoesNotExist:
        raise NotFound(f"there is no run {run_id}") from None


def trigger_job(
    *,
    job: Job,
    source: str = Source.MANUAL,
    params: dict[str, Any] | None = None,
    by: Caller = None,
    idempotency_key: str | None = None,
    reserved_for: str = "",
    as_texts: bool = False,
) -> Run:
    """Queue one run of the job as it is now. idempotency_key: noted; services.trigger_once looks after it.

    as_texts: the params were typed, each is read by its declared type. Raises BadInput for params that do not fit.
    """
    assert job.revision is not None
    given = run_params(declared_in(job.revision.toml), params or {}, as_texts=as_texts)
    with transaction.atomic():
        run = Run.objects.create(
            job=job,
            job_name=job.name,
            revision=job.revision,
            source=source,
            params=given,
            priority=job.priority,
            requested_by=person(by),
            idempotency_key=idempotency_key,
            reserved_for=reserved_for,
        )
        record("run.started", job.name, run=run.pk, source=str(source))
        announce()
    return run


def queue_file_run(
    *,
    name: str,
    draft: Draft,
    params: dict[str, Any],
    source: str = Source.CLI,
    by: Caller = None,
    reserved_for: str = "",
    as_texts: bool = True,
) -> Run:
    """A run of a file that is no saved job: job stays null, the file's stem is the name. as_texts: see trigger_job."""
    name = jobfile.check_name(name)
    given = run_params(draft.checked.params, params, as_texts=as_texts)
    with transaction.atomic():
        run = Run.objects.create(
            job_name=name,
            revision=Revision.objects.create(toml=draft.toml, author=person(by)),
            source=source,
            params=given,
            priority=draft.checked.table.priority,
            requested_by=person(by),
            reserved_for=reserved_for,
        )
        if not reserved_for:
            record("run.started", name, run=run.pk, source=str(source), revision=run.revision_id)
            announce()
    return run


def cancel_run(*, run: Run, reason: str = "") -> Run:
    """Stop a run at whatever stage it is. Raises Conflict when it is over already.

    The reason tells when nobody is there to do it now: the run's home is not heard.
    """
    if run.is_over:
        raise Conflict(f"run {run.pk} is over already: {run.status}")
    with transaction.atomic():
        request_cancel(Run.objects.filter(pk=run.pk), reason=reason or "cancelled by a user")
        record("run.cancelled", run.job_name, run=run.pk)
        announce()
    if run.is_active:
        tell_silence()
    run.refresh_from_db()
    return run


def cancel_job(*, job: Job, reason: str = "") -> int:
    """Stop every queued and active run of the job; returns how many there were."""
    with transaction.atomic():
        count = request_cancel(job.runs.unfinished(), reason=reason or "cancelled by a user")
        record("run.cancelled", job.name, runs=count)
        announce()
    return count


def request_cancel(runs: RunQuerySet, *, reason: str) -> int:
    """Queued ones end here; for active ones the owner's supervisor passes the request to the keeper."""
    now = clock.now()
    end = {"status": Status.CANCELLED, "reason": reason, "finished_at": now, "cancel_requested_at": now}
    ended = runs.queued().update(**end)
    asked = runs.active().filter(cancel_requested_at__isnull=True)
    count = ended + asked.update(cancel_requested_at=now, cancel_reason=reason)
    return count + runs.queued().update(**end)  # one that failed in between, and waits for its retry


def retry_run(
    *, run: Run, by: Caller = None, params: dict[str, Any] | None = None, as_texts: bool = False
) -> Run:
    """A new run with the same revision, and the same params unless others are given. Raises Conflict while the old one
    is not over, and BadInput for params that do not fit. as_texts: see trigger_job."""
    if not run.is_over:
        raise Conflict(f"run {run.pk} is not over yet: {run.status}")
    if run.job and run.job.deleted_at:
        raise Conflict(f"the job of run {run.pk} is deleted")
    given = run.params
    if params is not None:
        given = run_params(declared_in(run.revision.toml), params, as_texts=as_texts)
    with transaction.atomic():
        again = Run.objects.create(
            job=run.job,
            job_name=run.job_name,
            revision=run.revision,
            source=Source.RETRY,
            params=given,
            priority=run.priority,
            requested_by=person(by),
            retry_of=run,
        )
        record("run.started", run.job_name, run=again.pk, source="retry", retry_of=run.pk)
        announce()
    return again
