"""Claim: queued -> claimed, by compare-and-set, after the overlap policy and before the slots are looked at."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Case, F, Max, OuterRef, QuerySet, Subquery, Value, When

from jobs.models import Job, JobState, Revision, Run, Source, Status, Supervisor
from jobs.models.compiled import Compiled, ask
from jobs.models.together import together
from jobs.services.runs import request_cancel
from jobs.timing import clock

log = logging.getLogger("mxx.dispatcher")

LOOK_AT = 500
"""Queued rows one claim looks at while they fill the free slots; the rest waits for the next."""
SHORT_LOOK = 40
"""The same when none of them is new: then their overlap policy has been decided already."""
CLAIM_LOCK = 0x6D7878
"""PostgreSQL advisory lock: two supervisors must not both find a job idle."""

NOT_ENDED = 'the run before it had not ended, and overlap is "skip"'
NOT_BEGUN = 'the run before it had not begun, and overlap is "skip"'


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
    reserved_for: str = ""
    cancel_requested_at: datetime | None = None
    job_deleted_at: datetime | None = None


COLUMNS = (
    "id",
    "job_id",
    "source",
    "reason",
    "job__overlap",
    "job__max_parallel",
    "job__queue_max",
    "attempt",
    "reserved_for",
    "cancel_requested_at",
    "job__deleted_at",
)
OWN = Compiled(
    lambda owner: Run.objects.active().filter(owner=owner).values_list("status", "cancel_requested_at")
)
_ACTIVE = Compiled(lambda: Run.objects.active().filter(job__isnull=False).values_list("job_id"))
STARTING = ("id", "job_id", "job_name", "revision_id", "source", "status", "params", "attempt", "owner")
"""What a start asks of a run, in the model's order; the rest is read when it is asked for."""
_STATE = Subquery(JobState.objects.filter(job=OuterRef("job")).values("text"))
_WON = Compiled(
    lambda pks, owner: (
        Run.objects.filter(pk__in=pks, owner=owner, status=Status.CLAIMED)
        .in_turn()
        .values_list(*STARTING, "revision__toml", _STATE)
    )
)


class Claimed(NamedTuple):
    """state: what the runs of its job keep between them, as JSON; "" for nothing."""

    run: Run
    state: str


def _waiting(now: datetime) -> QuerySet[Run, tuple[Any, ...]]:
    return Run.objects.ready(now).in_turn().values_list(*COLUMNS)


@cache
def _first(look_at: int) -> Compiled:
    return Compiled(lambda now: _waiting(now)[:look_at])


def claim(
    *,
    room: Callable[[list[tuple[Any, ...]]], int],
    owner: str,
    host: str,
    default_parallel: int,
    look_at: int = LOOK_AT,
) -> list[Claimed]:
    """Win runs for this owner; skips what the overlap policy skips. Commits before anything starts.

    room: how many, from the (status, when a cancel was asked for) of the owner's active runs.
    look_at: how many queued runs to look at while they fill the free slots."""
    now = clock.now()
    with transaction.atomic():
        with together():
            _be_alone()
            own, active, first = ask((OWN, {"owner": owner}), (_ACTIVE, {}), (_first(look_at), {"now": now}))
        queue = _queue(now, [Queued(*row) for row in first], look_at)
        ids = Decision(default_parallel, active).choose(queue, room(own))
        claimed = _won(ids, owner, host) if ids else []
    for run, _ in claimed:
        log.debug("claimed run=%s attempt=%s job=%r source=%s", run.pk, run.attempt, run.job_name, run.source)
    return claimed


def _won(ids: list[int], owner: str, host: str) -> list[Claimed]:
    with together():
        Run.objects.claim(ids, owner=owner, host=host)
        [rows] = ask((_WON, {"pks": ids, "owner": owner}))
    return [_claimed(*row) for row in rows]


def _claimed(*row: Any) -> Claimed:
    *facts, toml, state = row
    run = Run.from_db(connection.alias, STARTING, facts)
    run.revision = Revision(pk=run.revision_id, toml=toml)
    return Claimed(run, state or "")


def claim_one(run: Run, *, owner: str, host: str) -> bool:
    """Claim a run that is reserved for this process, unless its job is busy. True: `run` is claimed and refreshed."""
    with transaction.atomic():
        _be_alone()
        if run.not_before and run.not_before > clock.now():
            return False
        if run.job and not Decision(1 << 30, _ACTIVE.rows()).is_free_for(run, run.job):
            return False
        won = Run.objects.claim([run.pk], owner=owner, host=host)
    run.refresh_from_db()
    return bool(won)


def _queue(now: datetime, first: list[Queued], look_at: int) -> Iterator[list[Queued]]:
    """In turn, the first so many; the rest, however long, only for one who asks for more."""
    yield first
    if len(first) == look_at:
        yield [Queued(*row) for row in _waiting(now).exclude(pk__in=[run.id for run in first])]


def _be_alone() -> None:
    """Until the end of the transaction nobody else claims: SQLite's write lock does that by itself."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CLAIM_LOCK])


class Decision:
    """One look at the queue, in turn."""

    def __init__(self, default_parallel: int, active: Iterable[tuple[Any, ...]]) -> None:
        """active: (its job's id,) for each active run."""
        self._default_parallel = default_parallel
        self._tags = TagSlots()
        self._active: Counter[int | None] = Counter(job_id for (job_id,) in active)
        self._waiting: Counter[int | None] = Counter()

    def choose(self, queue: Iterator[list[Queued]], free: int) -> list[int]:
        """Ids of the runs that may start now, `free` at most. queue: in turn, piece by piece."""
        chosen: list[int] = []
        for piece in queue:
            for run in self._without_the_replaced(self._without_the_unwanted(piece)):
                if run.reserved_for:
                    self._waiting[run.job_id] += (
                        1  # its terminal starts it, and those behind it come after it
                    )
                elif self._may_start(run):
                    self._choose_or_wait(run, chosen, free)
            if len(chosen) >= free:
                break
        return chosen

    def _choose_or_wait(self, run: Queued, chosen: list[int], free: int) -> None:
        if len(chosen) >= free:
            self._waiting[run.job_id] += 1
        elif full := self._tags.full(run.job_id):
            self._wait(run, full)
        else:
            chosen.append(run.id)
            self._active[run.job_id] += 1
            self._tags.take(run.job_id)

    def is_free_for(self, run: Run, job: Job) -> bool:
        """Whether the overlap policy lets this very run start now; older queued ones go first."""
        older = job.runs.ready(clock.now()).filter(pk__lt=run.pk)
        if not Supervisor.objects.filter(kind="supervisor").alive(clock.now()).exists():
            older = older.exclude(reserved_for="")  # nobody is there to start them
        self._waiting[job.pk] = older.count()
        row = Queued(
            run.pk, job.pk, run.source, run.reason, job.overlap, job.max_parallel, job.queue_max, run.attempt
        )
        if not self._may_start(row):
            return False
        if full := self._tags.full(job.pk):
            self._wait(row, full)
        return not full

    def _without_the_unwanted(self, queue: list[Queued]) -> list[Queued]:
        """A cancel, or the deletion of the job, may have crossed with the writing of a retry or of a new run."""
        unwanted = {run.id for run in queue if run.cancel_requested_at or run.job_deleted_at}
        if not unwanted:
            return queue
        reason = Case(When(cancel_reason="", then=Value("job deleted")), default=F("cancel_reason"))
        ended = {"status": Status.CANCELLED, "reason": reason, "finished_at": clock.now()}
        Run.objects.queued().filter(pk__in=unwanted).update(**ended)
        return [run for run in queue if run.id not in unwanted]

    def _without_the_replaced(self, queue: list[Queued]) -> list[Queued]:
        """`replace` keeps the newest: an older one that has not begun yet never will."""
        replacing = {run.job_id for run in queue if run.overlap == "replace"}
        if not replacing:
            return queue
        rivals = Run.objects.active() | Run.objects.ready(clock.now())
        found = rivals.filter(job__in=replacing).order_by("job_id").values("job_id").annotate(last=Max("id"))
        newest: dict[int | None, int] = dict(found.values_list("job_id", "last"))
        left = []
        for run in queue:
            if run.overlap == "replace" and run.id < newest[run.job_id]:
                self._end(run, f"replaced by run {newest[run.job_id]} before it began")
            else:
                left.append(run)
        return left

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
            self._end(run, NOT_ENDED if self._active[run.job_id] else NOT_BEGUN)
        elif by_schedule and waiting >= (run.queue_max or 0):
            self._end(run, f"{waiting} runs were waiting already, and queue_max is {run.queue_max}")
        else:
            self._let_wait(run)

    def _let_wait(self, run: Queued) -> None:
        if run.overlap == "replace":
            assert run.job_id is not None
            older = Run.objects.active().filter(job_id=run.job_id)
            request_cancel(older, reason=f"replaced by run {run.id}")
        self._wait(run, "waits: a run of this job is active")

    def _wait(self, run: Queued, reason: str) -> None:
        self._waiting[run.job_id] += 1
        if not run.reason.endswith(reason):
            log.debug("held back run=%s: %s", run.id, reason)
            Run.objects.queued().filter(pk=run.id).wait(reason)

    def _end(self, run: Queued, reason: str) -> None:
        """What a schedule asked for is skipped; what somebody asked for, or what ran already, is cancelled."""
        by_schedule = run.source == Source.SCHEDULE and not run.attempt
        status = Status.SKIPPED if by_schedule else Status.CANCELLED
        log.debug("%s run=%s: %s", status, run.id, reason)
        ended = {"status": status, "reason": reason, "finished_at": clock.now()}
        Run.objects.queued().filter(pk=run.id).update(**ended)


class TagSlots:
    """How many runs of jobs with a tag may be active at once (MXX_TAG_SLOTS). Asks nothing while no tag has a limit."""

    def __init__(self) -> None:
        self._most: dict[str, int] = settings.MXX_TAG_SLOTS
        self._of_job: dict[int | None, list[str]] = {}
        self._used: Counter[str] = Counter()
        if self._most:
            tagged = Job.objects.exclude(tags=[]).values_list("id", "tags")
            self._of_job = {pk: [tag for tag in tags if tag in self._most] for pk, tags in tagged}
            for job_id in Run.objects.active().filter(job__isnull=False).values_list("job_id", flat=True):
                self.take(job_id)

    def take(self, job_id: int | None) -> None:
        self._used.update(self._of_job.get(job_id, ()))

    def full(self, job_id: int | None) -> str:
        """Why a run of this job has to wait; "" when it need not."""
        for tag in self._of_job.get(job_id, ()):
            if self._used[tag] >= (most := self._most[tag]):
                return f"waits: {most} run{'s' * (most > 1)} with the tag {tag!r} at once, says MXX_TAG_SLOTS"
        return ""
