"""Claim: queued -> claimed, by compare-and-set, after the overlap policy and before the slots are looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from django.db import connection, transaction

from jobs.models import Run, Source, Status
from jobs.services.runs import request_cancel
from jobs.timing import clock

LOOK_AT = 500
"""Queued rows one claim looks at; the rest waits for the next."""
CLAIM_LOCK = 0x6D7878
"""PostgreSQL advisory lock: two supervisors must not both find a job idle."""


def claim(*, free: int, owner: str, host: str, default_parallel: int) -> list[Run]:
    """Win up to `free` runs for this owner; skips what the overlap policy skips. Commits before anything starts."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CLAIM_LOCK])
        chosen = Decision(default_parallel).choose(free)
        ids = [run.pk for run in chosen]
        if ids:
            Run.objects.claim(ids, owner=owner, host=host)
    return list(
        Run.objects.filter(pk__in=ids, owner=owner, status=Status.CLAIMED).order_by("-priority", "id")
    )


def claim_one(run: Run, *, owner: str, host: str) -> bool:
    """Claim a run that is reserved for this process, unless its job is busy. True: `run` is claimed and refreshed."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CLAIM_LOCK])
        if run.not_before and run.not_before > clock.now():
            return False
        if run.job and not Decision(default_parallel=1 << 30).is_free_for(run):
            return False
        won = Run.objects.claim([run.pk], owner=owner, host=host)
    run.refresh_from_db()
    return bool(won)


class Decision:
    """One look at the queue, oldest and most urgent first."""

    def __init__(self, default_parallel: int) -> None:
        self._default_parallel = default_parallel
        self._active: Counter[int] = Counter(
            Run.objects.active().filter(job__isnull=False).values_list("job_id", flat=True)
        )
        self._waiting: Counter[int] = Counter()

    def choose(self, free: int) -> list[Run]:
        chosen: list[Run] = []
        for run in self._queue():
            if not self._may_start(run):
                continue
            if len(chosen) >= free:
                self._note_waiting(run)
                continue
            chosen.append(run)
            if run.job_id:
                self._active[run.job_id] += 1
        return chosen

    def is_free_for(self, run: Run) -> bool:
        """Whether the overlap policy lets this very run start now; older queued ones go first."""
        assert run.job is not None
        older = run.job.runs.queued().filter(pk__lt=run.pk).count()
        self._waiting[run.job.pk] = older
        return self._may_start(run)

    def _queue(self) -> Iterable[Run]:
        return Run.objects.claimable(clock.now()).select_related("job").lean()[:LOOK_AT]

    def _may_start(self, run: Run) -> bool:
        """Applies the job's overlap policy; a run that may not start is skipped or stays queued."""
        if run.job is None:
            return True
        active, waiting = self._active[run.job.pk], self._waiting[run.job.pk]
        if run.job.overlap == "parallel":
            if active + waiting < (run.job.max_parallel or self._default_parallel):
                return True
        elif not active and not waiting:
            return True
        self._hold_back(run, waiting)
        return False

    def _hold_back(self, run: Run, waiting: int) -> None:
        assert run.job is not None
        by_schedule = run.source == Source.SCHEDULE
        if by_schedule and run.job.overlap == "skip":
            self._skip(run, 'the run before it was still going, and overlap is "skip"')
        elif by_schedule and waiting >= run.job.queue_max:
            self._skip(run, f"{waiting} runs were waiting already, and queue_max is {run.job.queue_max}")
        else:
            if run.job.overlap == "replace":
                request_cancel(run.job.runs.active(), reason=f"replaced by run {run.pk}")
            self._note_waiting(run)
            self._say(run, "waits: a run of this job is active")

    def _note_waiting(self, run: Run) -> None:
        if run.job_id:
            self._waiting[run.job_id] += 1

    def _skip(self, run: Run, reason: str) -> None:
        run.move(Status.SKIPPED, expect=[Status.QUEUED], reason=reason, finished_at=clock.now())

    def _say(self, run: Run, reason: str) -> None:
        if run.reason != reason:
            run.move(Status.QUEUED, expect=[Status.QUEUED], reason=reason)
