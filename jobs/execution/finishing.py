"""The end of a run: from the keeper's result file into the row, by compare-and-set, with its events."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import DataError, IntegrityError, transaction
from django.db.models import Q

from jobs import services
from jobs.execution.specs import policies_of
from jobs.models import ACTIVE, JobState, LogUnread, Run, RunEvent, RunSamples, Status
from jobs.models.together import together
from jobs.models.writing import add_rows
from jobs.timing import clock
from plugins.custody.rundir import RunDir
from plugins.exceptions import BadInput

log = logging.getLogger("mxx.run")

Ending = tuple[Run, dict[str, Any]]
"""A run and what its keeper has told of its end."""
PASSING = ("events", "vars", "progress", "state", "sources", "cancel", "samples")
"""Files of an attempt that nobody needs once the row is finished; marker, result and log stay."""
UNRECORDABLE = (DataError, IntegrityError, LookupError, TypeError, ValueError)
"""What writing down a result raises that nobody can write down; a database that does not answer is not among it."""


Starts = Mapping[int, tuple[int, float]]
"""Run id -> (attempt, epoch seconds)."""


def note_started(started: Starts, owner: str) -> None:
    """claimed -> running."""
    if not started:
        return
    for run_id, (attempt, _) in started.items():
        log.debug("started run=%s attempt=%s", run_id, attempt)
    moments = {run_id: (attempt, moment(at)) for run_id, (attempt, at) in started.items()}
    Run.objects.note_started(moments, owner)


NOBODY: Starts = {}


def finish_all(
    runs: Iterable[Run],
    started: Starts = NOBODY,
    owner: str = "",
    recorded: Callable[[], object] = lambda: None,
) -> list[Run]:
    """Record the result of every run that has one, and what has started meanwhile; one transaction. Then tidy up.

    recorded: called in between. Returns those that were finished here."""
    found = ((run, services.run_dir(run).ending()) for run in runs)
    endings = [(run, result) for run, result in found if result]  # read before the database is held
    if not endings:
        note_started(started, owner)
        return []
    folders = {run.pk: services.run_dir(run) for run, _ in endings}
    try:
        with transaction.atomic():
            finished = _record(endings, started, owner)
    except UNRECORDABLE:
        note_started(started, owner)
        finished = [ending[0] for ending in endings if _finished_alone(ending)]
    recorded()
    for run in finished:
        tidy(folders[run.pk])
    return finished


def finish(run: Run, result: dict[str, Any]) -> bool:
    """One result into one row, or into a retry of the same row. False: somebody else has finished it."""
    with transaction.atomic():
        return bool(_record([(run, result)]))


def _finished_alone(ending: Ending) -> bool:
    """After a batch that could not be written: a result that cannot ends its own run and costs the others nothing."""
    run = ending[0]
    attempt, owner = run.attempt, run.owner
    try:
        return finish(*ending)
    except UNRECORDABLE as error:
        log.exception("the result of run %s cannot be recorded", run.pk)
        run.refresh_from_db()
        if (run.attempt, run.owner) != (attempt, owner):
            return False
        reason = f"its result cannot be recorded ({error}); it is in {services.run_dir(run).path / 'result'}"
        ended = {"reason": reason, "finished_at": clock.now()}
        return run.move(Status.FAILED, expect=ACTIVE, **ended)


def _record(endings: list[Ending], started: Starts = NOBODY, owner: str = "") -> list[Run]:
    """In a transaction. Returns those that nobody else has finished; a few statements, however many there are."""
    with together():  # with the transaction's own beginning
        held = set(Run.objects.hold(run for run, _ in endings))
    endings = [(run, result) for run, result in endings if run in held]
    waits = {run.pk: _retry_wait(run, result["status"]) for run, result in endings}
    over = [ending for ending in endings if waits[ending[0].pk] is None]
    again = [
        (run, result)
        for run, result in endings
        if (wait := waits[run.pk]) is not None and _queue_again(run, result, wait)
    ]
    for ending in [*over, *again]:
        _keep_values(*ending)
    with together():
        note_started(started, owner)
        Run.objects.end((run, _end(run, result)) for run, result in over)
        add_rows(RunEvent(), [event for ending in [*over, *again] for event in _events(*ending)])
        LogUnread.objects.add(run.pk for run, _ in over if run.started_at)
    for run, result in [*over, *again]:
        log.debug("ended run=%s attempt=%s %s; now %s", run.pk, run.attempt, result["status"], run.status)
    return [run for run, _ in [*over, *again]]


def _keep_values(run: Run, result: dict[str, Any]) -> None:
    if run.job_id and result.get("state"):
        JobState.objects.keep(run.job_id, result["state"])
    if samples := services.run_dir(run).read("samples"):
        RunSamples.objects.keep(run.pk, samples)


def finish_without_result(run: Run, status: str, reason: str, receipt: dict[str, Any] | None = None) -> bool:
    now = clock.now().timestamp()
    return finish(run, {"status": status, "reason": reason, "finished_at": now, "receipt": receipt})


def _facts(run: Run, result: dict[str, Any]) -> dict[str, Any]:
    """Fields of the row that an end and another attempt have in common."""
    started = moment(result["started_at"]) if result.get("started_at") else run.started_at
    return {
        "exit_code": result.get("exit_code"),
        "receipt": result.get("receipt"),
        "started_at": None if result["status"] == Status.SKIPPED else started,
        "warned": bool(result.get("warned")),
    }


def _end(run: Run, result: dict[str, Any]) -> dict[str, Any]:
    status = Status(result["status"])
    late = run.reason if status == Status.SUCCEEDED and run.reason.startswith("late") else ""
    end = {
        "status": status,
        "reason": result.get("reason") or late,
        "finished_at": moment(result["finished_at"]),
    }
    return end | _facts(run, result)


def _queue_again(run: Run, result: dict[str, Any], wait: float) -> bool:
    """wait: seconds until the next attempt. False: somebody else has finished this one."""
    text = f"attempt {run.attempt} {result['status']}: {result.get('reason', '')}"
    again = run.move(
        Status.QUEUED,
        expect=ACTIVE,
        reason=f"{text}; tries again",
        owner="",
        failures=run.failures + 1,
        not_before=clock.now() + timedelta(seconds=wait),
        **_facts(run, result),
    )
    if again:
        told = {name: fact for name, fact in result.items() if name != "events"}
        RunEvent.objects.create(
            run=run, attempt=run.attempt, at=clock.now(), kind="attempt", message=text, data=told
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


def _events(run: Run, result: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for event in services.run_dir(run).events(result):
        yield {
            "run": run.pk,
            "attempt": run.attempt,
            "at": moment(event["at"]),
            "kind": event["kind"],
            "plugin": event.get("plugin", ""),
            "hook": event.get("hook", ""),
            "seconds": event.get("seconds"),
            "message": event.get("message", ""),
            "data": event.get("data", {}),
        }


def tidy(folder: RunDir) -> None:
    """Remove what only the running attempt needed. An empty work folder stays until the run itself is pruned: ext4
    passes by what was removed lately each time it makes a file, which cost a storm of short runs half a millisecond each."""
    for name in PASSING:
        try:
            os.unlink(folder.file(name))
        except FileNotFoundError:
            continue


def moment(epoch: float) -> datetime:
    return datetime.fromtimestamp(epoch, UTC)
