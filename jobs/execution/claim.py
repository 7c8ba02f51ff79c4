"""Claim: queued -> claimed, by compare-and-set, after the overlap policy and before the slots are looked at."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from django.db import connection, transaction

from jobs.models import Job, Run, Source, Status, Supervisor
from jobs.services.runs import request_cancel
from jobs.timing import clock

log = logging.getLogger("mxx.dispatcher")

LOOK_AT = 500
"""Queued rows one claim looks at; the rest waits for the next."""
CLAIM_LOCK = 0x6D7878
"""PostgreSQL advisory lock: two supervisors must not both find a job idle."""


class Queued(NamedTuple):
    """What the decision needs of a queued run and its job: a tenth of the cost of two model instances."""

    id: int
    job_id: int | None
    source: str
    reason: str
    overlap: str | None
    max_parallel: int | None
    queue_max: int | None
    attempt: int


COLUMNS = (
    "id",
    "job_id",
    "source",
    "reason",
    "job__overlap",
    "job__max_parallel",
    "job__queue_max",
    "attempt",
)


def claim(*, free: int, owner: str, host: str, default_parallel: int) -> list[Run]:
    """Win up to `free` runs for this owner; skips what the overlap policy skips. Commits before anything starts."""
    with _alone():
        queue = Run.objects.claimable(clock.now()).values_list(*COLUMNS)
        ids = Decision(default_parallel).choose([Queued(*row) for row in queue], free)
        if ids:
            Run.objects.claim(ids, owner=owner, host=host)
    won = Run.objects.filter(pk__in=ids, owner=owner, status=Status.CLAIMED)
    claimed = list(won.lean().order_by("-priority", "id"))
    for run in claimed:
        log.debug("claimed run=%s attempt=%s job=%r source=%s", run.pk, run.attempt, run.job_name, run.source)
    return claimed


def claim_one(run: Run, *, owner: str, host: str) -> bool:
    """Claim a run that is reserved for this process, unless its job is busy. True: `run` is claimed and refreshed."""
    with _alone():
        if run.not_before and run.not_before > clock.now():
            return False
        if run.job and not Decision(default_parallel=1 << 30).is_free_for(run, run.job):
            return False
        won = Run.objects.claim([run.pk], owner=owner, host=host)
    run.refresh_from_db()
    return bool(won)


@contextmanager
def _alone() -> Iterator[None]:
    """One claim at a time: SQLite's write lock does that by itself."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CLAIM_LOCK])
        yield


class Decision:
    """One look at the queue, most urgent and oldest first."""

    def __init__(self, default_parallel: int) -> None:
        self._default_parallel = default_parallel
        active = Run.objects.active().filter(job__isnull=False)
        self._active: Counter[int | None] = Counter(active.values_list("job_id", flat=True))
        self._waiting: Counter[int | None] = Counter()

    def choose(self, queue: list[Queued], free: int) -> list[int]:
        """Ids of the runs that may start now, `free` at most."""
        chosen: list[int] = []
        for looked, run in enumerate(queue):
            if looked >= LOOK_AT and len(chosen) >= free:
                break
            if not self._may_start(run):
                continue
            if len(chosen) >= free:
                self._waiting[run.job_id] += 1
                continue
            chosen.append(run.id)
            self._active[run.job_id] += 1
        return chosen

    def is_free_for(self, run: Run, job: Job) -> bool:
        """Whether the overlap policy lets this very run start now; older queued ones go first."""
        older = job.runs.queued().filter(pk__lt=run.pk)
        if not Supervisor.objects.filter(kind="supervisor").alive(clock.now()).exists():
            older = older.exclude(reserved_for="")  # nobody is there to start them
        self._waiting[job.pk] = older.count()
        row = Queued(
            run.pk, job.pk, run.source, run.reason, job.overlap, job.max_parallel, job.queue_max, run.attempt
        )
        return self._may_start(row)

    def _may_start(self, run: Queued) -> bool:
        """Applies the job's overlap policy; a run that may not start is skipped or stays queued."""
        if run.job_id is None:
            return True
        active, waiting = self._active[run.job_id], self._waiting[run.job_id]
        if run.overlap == "parallel":
            if active + waiting < (run.max_parallel or self._default_parallel):
                return True
        elif not active and not waiting:
            return True
        self._hold_back(run, waiting)
        return False

    def _hold_back(self, run: Queued, waiting: int) -> None:
        by_schedule = run.source == Source.SCHEDULE and not run.attempt  # a retry waits
        if by_schedule and run.overlap == "skip":
            self._skip(run, 'the run before it was still going, and overlap is "skip"')
        elif by_schedule and waiting >= (run.queue_max or 0):
            self._skip(run, f"{waiting} runs were waiting already, and queue_max is {run.queue_max}")
        else:
            self._let_wait(run)

    def _let_wait(self, run: Queued) -> None:
        if run.overlap == "replace":
            assert run.job_id is not None
            older = Run.objects.active().filter(job_id=run.job_id)
            request_cancel(older, reason=f"replaced by run {run.id}")
        self._waiting[run.job_id] += 1
        reason = "waits: a run of this job is active"
        if run.reason != reason:
            log.debug("held back run=%s: %s", run.id, reason)
            Run.objects.queued().filter(pk=run.id).update(reason=reason)

    def _skip(self, run: Queued, reason: str) -> None:
        log.debug("skipped run=%s: %s", run.id, reason)
        ended = {"status": Status.SKIPPED, "reason": reason, "finished_at": clock.now()}
        Run.objects.queued().filter(pk=run.id).update(**ended)
