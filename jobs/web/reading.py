"""Questions that several pages ask about many jobs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min, OuterRef, QuerySet, Subquery

from jobs.models import Job, Run, Schedule, Status
from jobs.web.marks import BAD
from jobs.web.outcomes import Outcome


@dataclass(frozen=True)
class Brief:
    """One job without its text: enough to sort, filter and count."""

    id: int
    name: str
    description: str
    tags: list[str]
    enabled: bool
    latest_status: str | None

    @property
    def needs_you(self) -> bool:
        return self.latest_status in BAD


@dataclass(frozen=True)
class Unfinished:
    """A run that waits or is active."""

    id: int
    job_id: int
    status: str
    reason: str
    queued_at: datetime
    started_at: datetime | None

    @property
    def waits(self) -> bool:
        return self.status == Status.QUEUED


def briefs() -> list[Brief]:
    """Every present job; one query, one index step a job."""
    newest = Run.objects.filter(job=OuterRef("pk")).order_by("-id").values("status")[:1]
    rows = Job.objects.present().annotate(latest_status=Subquery(newest))
    return [
        Brief(*row)
        for row in rows.values_list("id", "name", "description", "tags", "enabled", "latest_status")
    ]


def unfinished(jobs: QuerySet[Job] | None = None) -> dict[int, Unfinished]:
    """The run of each job that says most about it: an active one before a waiting one."""
    rows = Run.objects.unfinished().filter(job__isnull=False).order_by("-status", "-id")
    if jobs is not None:
        rows = rows.filter(job__in=jobs)
    found: dict[int, Unfinished] = {}
    for row in rows.values_list("id", "job_id", "status", "reason", "queued_at", "started_at")[:2000]:
        run = Unfinished(*row)
        known = found.get(run.job_id)
        if known is None or (known.waits and not run.waits):
            found[run.job_id] = run
    return found


def next_times(jobs: Iterable[int]) -> dict[int, datetime]:
    """The next due moment of each job that has one."""
    rows = (
        Schedule.objects.waiting()
        .filter(job__in=list(jobs))
        .values("job")
        .annotate(next=Min("next_run_time"))
    )
    return {row["job"]: row["next"] for row in rows.order_by()}


def streak(outcomes: list[Outcome]) -> int:
    """How many bad ends in a row, the latest included; what did not run does not count."""
    count = 0
    for outcome in reversed(outcomes):
        if outcome.status in BAD:
            count += 1
        elif outcome.status == Status.SUCCEEDED:
            return count
    return count
