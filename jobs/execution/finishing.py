"""The end of a run: from the keeper's result file into the row, by compare-and-set, with its events."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import DataError, IntegrityError, transaction
from django.db.models import Q

from jobs import services
from jobs.execution.specs import policies_of
from jobs.models import ACTIVE, JobState, Run, RunEvent, RunSamples, Status
from jobs.timing import clock
from plugins.custody.rundir import RunDir
from plugins.exceptions import BadInput

log = logging.getLogger("mxx.run")

PASSING = ("events", "vars", "progress", "state", "sources", "cancel", "samples")
"""Files of an attempt that nobody needs once the row is finished; marker, result and log stay."""
UNRECORDABLE = (DataError, IntegrityError, LookupError, TypeError, ValueError)
"""What writing down a result raises that nobody can write down; a database that does not answer is not among it."""


def note_started(started: dict[int, tuple[int, float]], owner: str) -> None:
    """started: run id -> (attempt, epoch seconds). claimed -> running."""
    for run_id, (attempt, at) in started.items():
        log.debug("started run=%s attempt=%s", run_id, attempt)
        Run.objects.filter(pk=run_id, attempt=attempt, owner=owner, status=Status.CLAIMED).update(
            status=Status.RUNNING, started_at=moment(at)
        )


def finish_all(runs: Iterable[Run]) -> list[Run]:
    """Record the result of every run that has one; one transaction. Returns those that were finished here."""
    runs = list(runs)
    try:
        with transaction.atomic():
            finished = [run for run in runs if _finished(run)]
    except UNRECORDABLE:
        finished = [run for run in runs if _finished_alone(run)]
    for run in finished:
        tidy(services.run_dir(run))
    return finished


def _finished(run: Run) -> bool:
    result = services.run_dir(run).result()
    return bool(result and finish(run, result))


def _finished_alone(run: Run) -> bool:
    """After a batch that could not be written: a result that cannot ends its own run and costs the others nothing."""
    attempt, owner = run.attempt, run.owner
    try:
        with transaction.atomic():
            return _finished(run)
    except UNRECORDABLE as error:
        log.exception("the result of run %s cannot be recorded", run.pk)
        run.refresh_from_db()
        if (run.attempt, run.owner) != (attempt, owner):
            return False
        reason = f"its result cannot be recorded ({error}); it is in {services.run_dir(run).path / 'result'}"
        ended = {"reason": reason, "finished_at": clock.now()}
        return run.move(Status.FAILED, expect=ACTIVE, **ended)


def finish(run: Run, result: dict[str, Any]) -> bool:
    """One result into one row, or into a retry of the same row. False: somebody else has finished it."""
    attempt = run.attempt
    if not _end_or_retry(run, result):
        return False
    if run.job_id and result.get("state"):
        JobState.objects.keep(run.job_id, result["state"])
    folder = services.run_dir(run, attempt)
    if samples := folder.read("samples"):
        RunSamples.objects.keep(run.pk, samples)
    events = folder.events()
    RunEvent.objects.bulk_create(_event(run, attempt, event) for event in events)
    log.debug("ended run=%s attempt=%s %s; now %s", run.pk, attempt, result["status"], run.status)
    return True


def finish_without_result(run: Run, status: str, reason: str, receipt: dict[str, Any] | None = None) -> bool:
    now = clock.now().timestamp()
    return finish(run, {"status": status, "reason": reason, "finished_at": now, "receipt": receipt})


def _end_or_retry(run: Run, result: dict[str, Any]) -> bool:
    status, reason = result["status"], result.get("reason", "")
    started = moment(result["started_at"]) if result.get("started_at") else run.started_at
    facts: dict[str, Any] = {
        "exit_code": result.get("exit_code"),
        "receipt": result.get("receipt"),
        "started_at": None if status == Status.SKIPPED else started,
        "warned": bool(result.get("warned")),
    }
    wait = _retry_wait(run, status)
    if wait is None:
        late = run.reason if status == Status.SUCCEEDED and run.reason.startswith("late") else ""
        return run.move(
            Status(status),
            expect=ACTIVE,
            reason=reason or late,
            finished_at=moment(result["finished_at"]),
            **facts,
        )
    attempt = run.attempt
    again = run.move(
        Status.QUEUED,
        expect=ACTIVE,
        reason=f"attempt {attempt} {status}: {reason}; tries again",
        owner="",
        failures=run.failures + 1,
        not_before=clock.now() + timedelta(seconds=wait),
        **facts,
    )
    if again:
        text = f"attempt {attempt} {status}: {reason}"
        RunEvent.objects.create(
            run=run, attempt=attempt, at=clock.now(), kind="attempt", message=text, data=result
        )
    return again


def _retry_wait(run: Run, status: str) -> float | None:
    """Seconds until the next attempt; None when this was the last."""
    if status in (Status.SUCCEEDED, Status.SKIPPED, Status.CANCELLED) or _is_unwanted(run):
        return None
    try:
        table = policies_of(run.revision.toml)
    except BadInput:
        return None  # the job no longer passes its checks; another attempt would only say so again
    if run.failures >= table.retries or status not in table.retry_on:
        return None
    return table.retry_delay * table.retry_backoff**run.failures


def _is_unwanted(run: Run) -> bool:
    """Asked now, not when `run` was read: a cancel or a deletion in between must not be answered by a retry."""
    unwanted = Q(cancel_requested_at__isnull=False) | Q(job__deleted_at__isnull=False)
    return Run.objects.filter(unwanted, pk=run.pk).exists()


def _event(run: Run, attempt: int, event: dict[str, Any]) -> RunEvent:
    return RunEvent(
        run=run,
        attempt=attempt,
        at=moment(event["at"]),
        kind=event["kind"],
        plugin=event.get("plugin", ""),
        hook=event.get("hook", ""),
        seconds=event.get("seconds"),
        message=event.get("message", ""),
        data=event.get("data", {}),
    )


def tidy(folder: RunDir) -> None:
    """Remove what only the running attempt needed. An empty work folder stays until the run itself is pruned: ext4
    passes by what was removed lately each time it makes a file, which cost a storm of short runs half a millisecond each."""
    for name in PASSING:
        (folder.path / name).unlink(missing_ok=True)


def moment(epoch: float) -> datetime:
    return datetime.fromtimestamp(epoch, UTC)
