"""Save a job: text, revision and schedule rows change in one transaction, or not at all."""

from __future__ import annotations

from copy import copy
from typing import Any

from django.db import IntegrityError, transaction

from jobs.exceptions import Conflict, NotFound, Stale
from jobs.models import Job, Revision, Schedule
from jobs.services.announce import announce
from jobs.services.audit import record
from jobs.services.drafts import Draft, default_zone, read_draft
from jobs.services.filejobs import refuse_job_from_a_file
from jobs.services.passing import tell_dropped
from jobs.services.people import Caller, person
from jobs.services.unchanged import kept_timing
from jobs.timing import clock
from jobs.timing.table import Timing
from plugins import jobfile

__all__ = ["already_saved", "default_zone", "find_job", "read_draft", "save_job"]


def find_job(name: str) -> Job:
    """The present job of this name, ignoring case. Raises NotFound."""
    try:
        return Job.objects.select_related("revision").named(name)
    except Job.DoesNotExist:
        raise NotFound(f"there is no job named {name!r}") from None


def already_saved(name: str, draft: Draft) -> Job | None:
    """For imports: the job of that name if it says the same. Raises Conflict when it says something else."""
    found = Job.objects.present().filter(name_key=jobfile.name_key(name)).select_related("revision").first()
    if found is not None and found.toml != draft.toml:
        raise Conflict(f"a job named {found.name!r} exists already and says something else: it is left alone")
    return found


def save_job(
    *,
    name: str,
    draft: Draft,
    source: str,
    job: Job | None = None,
    author: Caller = None,
    enabled: bool | None = None,
    based_on: int | None = None,
) -> Job:
    """Create the job, or give an existing one this text (and name). Raises BadInput, Conflict, and NotFound for
    one that was deleted meanwhile.

    An unchanged text makes no new revision; unchanged schedules keep next_run_time, anchor and zone.
    source: where the text came from: "api", "page", "admin", "cli" or "file:NAME"; only its file changes a job from one.
    enabled: only for a new job; an existing one is paused and resumed by services of their own.
    based_on: the number of the revision that the text was made from; raises Stale when another one came meanwhile.
    """
    name = jobfile.check_name(name)
    try:
        with transaction.atomic():
            job = Job.objects.select_for_update(no_key=True).get(pk=job.pk) if job else Job(source=source)
            if job.deleted_at:
                raise NotFound(f"there is no job named {job.name!r} any more")
            if job.source != source:
                refuse_job_from_a_file(job)
            _refuse_stale(job, based_on)
            before = copy(job)
            _write(job, name, draft, author, enabled)
            _write_schedules(job, before, draft)
            _record(job, before)
            announce()
    except IntegrityError as error:
        if not Job.objects.present().filter(name_key=jobfile.name_key(name)).exists():
            raise
        raise Conflict(
            f"a job named {name!r} exists already", field="name", example=f"{name[:96]} 2"
        ) from error
    return job


def _refuse_stale(job: Job, based_on: int | None) -> None:
    if based_on is not None and job.revision is not None and job.revision.number != based_on:
        raise Stale(job.revision.number)


def _record(job: Job, before: Job) -> None:
    """Nothing for a save that changed nothing."""
    name, revision = before.name, before.revision_id
    renamed = {"renamed_from": name} if name and name != job.name else {}
    if revision is None:
        record("job.created", job.name, revision=job.revision_id)
    elif revision != job.revision_id:
        record("job.changed", job.name, revision=job.revision_id, before=revision, **renamed)
    elif renamed:
        record("job.changed", job.name, **renamed)


def _write(job: Job, name: str, draft: Draft, author: Caller, enabled: bool | None) -> None:
    job.rename(name)
    job.take_policies(draft.checked.table)
    job.updated_at = clock.now()
    if enabled is not None and job._state.adding:
        job.enabled = enabled
    job.save()
    if job.revision is None or job.revision.toml != draft.toml:
        number = (job.revision.number if job.revision else 0) + 1
        job.revision = Revision.objects.create(job=job, number=number, toml=draft.toml, author=person(author))
        job.save(update_fields=["revision"])


def _write_schedules(job: Job, before: Job, draft: Draft) -> None:
    """before: the job as its schedules knew it until now; for a new one, without a key."""
    now = clock.now()
    known = before.schedules.present().select_for_update() if before.pk else []
    rows = {row.name: row for row in known}
    for position, timing in enumerate(draft.timings):
        row = rows.pop(timing.name, None)
        _write_schedule(job, row, timing, draft.checked.jobfile.schedules[position], position)
    for gone in rows.values():
        tell_dropped(gone, now, "removed")
        gone.deleted_at, gone.next_run_time, gone.rev = now, None, gone.rev + 1
        gone.save(update_fields=["deleted_at", "next_run_time", "rev"])


def _write_schedule(
    job: Job, row: Schedule | None, timing: Timing, table: dict[str, Any], position: int
) -> None:
    """Unchanged rows keep their plan; changed and new ones are planned strictly after now."""
    now = clock.now()
    if row is not None:
        if as_before := kept_timing(row, table, position):
            row.take(as_before, position=position)
            row.save()
            return
        tell_dropped(row, now, "changed")
    row = row or Schedule(job=job)
    row.job, row.created_at, row.rev = job, now, (row.rev + 1 if row.pk else 1)
    row.take(timing, position=position)
    row.plan(now)
    row.paused_at = None if row.enabled and job.enabled else now
    row.save()
