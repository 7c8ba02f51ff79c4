"""Run: one execution of a job, or one recorded non-execution. The row is the message between all processes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import Case, Q, Value, When
from django.db.models.functions import Concat, StrIndex, Substr
from django.utils.translation import gettext_lazy as _

from jobs.models.compiled import Compiled
from jobs.models.writing import write_rows
from jobs.timing import clock


class Status(models.TextChoices):
    QUEUED = "queued", _("Queued")
    CLAIMED = "claimed", _("Starting")
    DISPATCHED = "dispatched", _("Dispatched")
    RUNNING = "running", _("Running")
    STOPPING = "stopping", _("Stopping")
    SUCCEEDED = "succeeded", _("Succeeded")
    FAILED = "failed", _("Failed")
    TIMED_OUT = "timed_out", _("Timed out")
    CANCELLED = "cancelled", _("Cancelled")
    LOST = "lost", _("Lost")
    SKIPPED = "skipped", _("Skipped")
    MISSED = "missed", _("Missed")


class Source(models.TextChoices):
    SCHEDULE = "schedule", _("Schedule")
    MANUAL = "manual", _("By hand")
    API = "api", _("API")
    CLI = "cli", _("Command line")
    CHAIN = "chain", _("Chain")
    RETRY = "retry", _("Retry")
    WEBHOOK = "webhook", _("Webhook")


WAITING = (Status.QUEUED,)
ACTIVE = (Status.CLAIMED, Status.DISPATCHED, Status.RUNNING, Status.STOPPING)
ENDED = (
    Status.SUCCEEDED,
    Status.FAILED,
    Status.TIMED_OUT,
    Status.CANCELLED,
    Status.LOST,
    Status.SKIPPED,
    Status.MISSED,
)


class Turn(models.Func):
    """queued_at minus as many minutes as the priority has points."""

    arity = 2
    output_field = models.FloatField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "(julianday(%(expressions)s / 1440.0)"
        return self.as_sql(compiler, connection, template=template, arg_joiner=") - ", **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "(extract(epoch from %(expressions)s * 60)"  # in UTC, for an index takes nothing that a zone changes
        joiner = " at time zone 'UTC') - "
        return self.as_sql(compiler, connection, template=template, arg_joiner=joiner, **context)


class Spelled(models.Value):
    """A word of ours that stands in the SQL itself: only then does SQLite use an index with this condition."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        return f"'{self.value}'", ()


PLACE_OF = {"sqlite": "instr", "postgresql": "strpos"}
"""Where one text stands in another."""


class RunQuerySet(models.QuerySet["Run"]):
    def queued(self) -> RunQuerySet:
        return self.filter(status=Spelled("queued"))

    def active(self) -> RunQuerySet:
        return self.filter(status__in=ACTIVE)

    def unfinished(self) -> RunQuerySet:
        return self.filter(status__in=(*WAITING, *ACTIVE))

    def ended(self) -> RunQuerySet:
        return self.filter(status__in=ENDED)

    def claimable(self, now: datetime) -> RunQuerySet:
        """Queued runs whose time has come and that no process has reserved, in turn."""
        return self.ready(now).filter(reserved_for="").in_turn()

    def ready(self, now: datetime) -> RunQuerySet:
        """Queued runs that wait for no delay: one that waits for its retry holds up nobody."""
        return self.queued().filter(Q(not_before__isnull=True) | Q(not_before__lte=now))

    def in_turn(self) -> RunQuerySet:
        """First come, first served, with a minute's start for each point of priority: so nobody waits for ever."""
        return self.order_by(Turn("queued_at", "priority"), "id")

    def lean(self) -> RunQuerySet:
        """Without the receipt, which is large and only shown on a run's own page."""
        return self.defer("receipt")

    def claim(self, ids: Iterable[int], *, owner: str, host: str) -> int:
        """queued -> claimed by compare-and-set; returns how many this owner won.

        A new attempt has no exit code yet; of the reason stays how late it is.
        """
        table = connection.ops.quote_name(Run._meta.db_table)
        pks = list(ids)
        place = f"{PLACE_OF[connection.vendor]}(reason || '; waits: ', '; waits: ')"
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {table} SET status = %s, owner = %s, host = %s, attempt = attempt + 1, exit_code = NULL,"
                " reason = CASE WHEN attempt = 0 AND reason LIKE 'late: %%'"
                f" THEN substr(reason, 1, {place} - 1) ELSE '' END"
                f" WHERE status = %s AND id IN ({', '.join(['%s'] * len(pks))})",
                [Status.CLAIMED.value, owner, host, Status.QUEUED.value, *pks],
            )
            return cursor.rowcount

    def wait(self, why: str) -> int:
        """Say why these queued runs wait (`waits: ...`), behind how late they are; not again to those that say so."""
        late = Substr("reason", 1, StrIndex(Concat("reason", Value("; waits: ")), Value("; waits: ")) - 1)
        is_late = When(attempt=0, reason__startswith="late: ", then=Concat(late, Value(f"; {why}")))
        return self.exclude(reason__endswith=why).update(reason=Case(is_late, default=Value(why)))

    def hold(self, runs: Iterable[Run]) -> list[Run]:
        """Those that are still active in this attempt and of this owner: locked, and told what the row says of what an end
        asks. One statement, however many there are. In a transaction: its lock makes what follows a compare-and-set."""
        runs = list(runs)
        rows = {
            (pk, attempt, owner): told for pk, attempt, owner, *told in _HELD.rows(pks=[r.pk for r in runs])
        }
        held = [run for run in runs if (run.pk, run.attempt, run.owner) in rows]
        for run in held:
            run.take(dict(zip(TOLD, rows[run.pk, run.attempt, run.owner], strict=True)))
        return held

    def end(self, ends: Iterable[tuple[Run, dict[str, Any]]]) -> None:
        """Each of these runs, which are held, into its end; one statement."""
        ends = list(ends)
        write_rows(Run, [({"id": run.pk}, fields) for run, fields in ends])
        for run, fields in ends:
            run.take(fields)

    def note_started(self, started: dict[int, tuple[int, datetime]], owner: str) -> None:
        """started: run id -> (attempt, moment). claimed -> running, by compare-and-set."""
        expected = {"owner": owner, "status": Status.CLAIMED}
        changes = [
            ({"id": pk, "attempt": attempt, **expected}, {"status": Status.RUNNING, "started_at": at})
            for pk, (attempt, at) in started.items()
        ]
        with transaction.atomic(savepoint=False):
            write_rows(Run, changes)


class Run(models.Model):
    # No foreign key has an index of its own: each costs every change of a row's status another write (see indexes).
    job = models.ForeignKey(
        "jobs.Job", on_delete=models.SET_NULL, null=True, related_name="runs", db_index=False
    )
    job_name = models.CharField(max_length=100)
    revision = models.ForeignKey(
        "jobs.Revision", on_delete=models.PROTECT, related_name="+", db_index=False
    )  # none is ever deleted
    schedule = models.ForeignKey(
        "jobs.Schedule", on_delete=models.SET_NULL, null=True, related_name="runs", db_index=False
    )
    source = models.CharField(max_length=10, choices=Source.choices)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.QUEUED)
    reason = models.TextField(blank=True, help_text="why it ended, waits or did not run, in words")
    warned = models.BooleanField(default=False)
    params = models.JSONField(default=dict)
    priority = models.IntegerField(default=0)
    attempt = models.PositiveIntegerField(default=0, help_text="counts claims; 1 is the first")
    failures = models.PositiveIntegerField(default=0, help_text="attempts that started and ended badly")
    pool = models.CharField(max_length=50, default="local")
    host = models.CharField(max_length=255, blank=True)
    owner = models.CharField(max_length=64, blank=True, help_text="id of the supervisor that holds it")
    reserved_for = models.CharField(max_length=64, blank=True, help_text="only this process may claim it")
    not_before = models.DateTimeField(null=True)

    scheduled_for = models.DateTimeField(null=True)
    queued_at = models.DateTimeField(default=clock.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    exit_code = models.IntegerField(null=True, help_text="of the program that decided")
    receipt = models.JSONField(null=True)

    cancel_requested_at = models.DateTimeField(null=True)
    cancel_reason = models.CharField(max_length=500, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )
    retry_of = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, related_name="retries", db_index=False
    )
    idempotency_key = models.CharField(  # noqa: DJ001 - most rows have none
        max_length=200, null=True, blank=True, help_text="under which it was asked for: see IdempotencyKey"
    )

    objects = RunQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["schedule", "scheduled_for"], name="one_run_a_due_moment"),
        ]
        indexes = [
            models.Index(
                "status",
                Turn("queued_at", "priority"),
                "id",
                name="run_in_turn",
                condition=Q(status="queued"),
            ),
            models.Index(
                fields=["owner"],
                name="run_active",
                condition=Q(status__in=["claimed", "dispatched", "running", "stopping"]),
            ),
            models.Index(fields=["job", "-id"], name="run_of_job"),
            models.Index(fields=["status", "source", "-id"], name="run_by_kind"),
            models.Index(fields=["job", "status", "source", "-id"], name="run_of_job_by_kind"),
            models.Index(fields=["-finished_at"], name="run_by_end"),
            models.Index(
                fields=["requested_by"], name="run_by_person", condition=Q(requested_by__isnull=False)
            ),
            models.Index(fields=["retry_of"], name="run_again", condition=Q(retry_of__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"run {self.pk} of {self.job_name}"

    @classmethod
    def of_attempt(cls, pk: int, attempt: int, owner: str) -> Run:
        """As somebody tells of it; the rest is read when it is asked for."""
        return cls.from_db(connection.alias, ["id", "attempt", "owner"], [pk, attempt, owner])

    @property
    def is_active(self) -> bool:
        return self.status in ACTIVE

    @property
    def is_over(self) -> bool:
        return self.status in ENDED

    @property
    def can_be_cancelled(self) -> bool:
        return not self.is_over

    @property
    def duration(self) -> timedelta | None:
        """Time from start to end, or to now while it runs; none for a run that never started."""
        if self.started_at is None:
            return None
        return (self.finished_at or clock.now()) - self.started_at

    def move(self, to: Status, *, expect: Iterable[str], **fields: Any) -> bool:
        """Compare-and-set on (id, status, attempt, owner). False: somebody else was first, nothing changed."""
        won = Run.objects.filter(
            pk=self.pk, status__in=list(expect), attempt=self.attempt, owner=self.owner
        ).update(status=to, **fields)
        if won:
            self.take({"status": to, **fields})
        return bool(won)

    def take(self, fields: dict[str, Any]) -> None:
        """Be what the row has become."""
        for name, value in fields.items():
            setattr(self, name, value)


TOLD = ("job_id", "job_name", "revision_id", "status", "reason", "failures", "started_at")
"""What recording an end asks of a row."""
_HELD = Compiled(
    lambda pks: (
        Run.objects.active()
        .filter(pk__in=pks)
        .select_for_update()
        .order_by("pk")
        .values_list("pk", "attempt", "owner", *TOLD)
    )
)


class RunEvent(models.Model):
    """What happened in a run: each hook call with its duration, each launch, each end."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="events")
    attempt = models.PositiveIntegerField(default=1)
    at = models.DateTimeField()
    kind = models.CharField(max_length=20)
    plugin = models.CharField(max_length=120, blank=True)
    hook = models.CharField(max_length=20, blank=True)
    seconds = models.FloatField(null=True)
    message = models.TextField(blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.plugin} {self.hook}".strip()
