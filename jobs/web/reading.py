"""Questions that several pages ask about many jobs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Min, OuterRef, QuerySet, Subquery, TextField
from django.db.models.functions import Cast

from jobs.models import Job, Quiet, Run, Schedule, Status
from jobs.services.planned import Planned, planned, read_tags
from jobs.services.upcoming import MOST_SCHEDULES
from jobs.web.marks import BAD
from jobs.web.outcomes import Outcome

LATEST = {"run": "id", "status": "status"}


class Brief(NamedTuple):
    """One job without its text: enough to sort, filter and count. latest_run: an id."""

    id: int
    name: str
    description: str
    tags: tuple[str, ...]
    enabled: bool
    latest_run: int | None
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
    """Every present job; one query, two index steps a job."""
    newest = Run.objects.filter(job=OuterRef("pk")).order_by("-id")
    latest = {f"latest_{name}": Subquery(newest.values(of)[:1]) for name, of in LATEST.items()}
    rows = Job.objects.present().annotate(**latest)
    columns = [{"tags": "tags_text"}.get(name, name) for name in Brief._fields]
    told = rows.annotate(tags_text=Cast("tags", TextField())).values_list(*columns)
    return [Brief(pk, name, text, read_tags(tags), *rest) for pk, name, text, tags, *rest in told]


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


def next_times(jobs: Iterable[int], quiet: Quiet | None) -> dict[int, datetime]:
    """The next due moment of each job that has one; in a quiet time the first after it. One query."""
    rows = Schedule.objects.filter(job__in=list(jobs))
    if quiet is not None:
        return {} if quiet.is_open else _first_from(quiet.until, planned(rows, MOST_SCHEDULES))
    told = rows.waiting().values("job").annotate(next=Min("next_run_time"))
    return {row["job"]: row["next"] for row in told.order_by()}


def _first_from(start: datetime, schedules: list[Planned]) -> dict[int, datetime]:
    found = dict[int, datetime]()
    for schedule in schedules:
        moment = schedule.from_now(start - timedelta(microseconds=1))
        if moment is not None:
            found[schedule.job_id] = min(moment, found.get(schedule.job_id, moment))
    return found


def streak(outcomes: list[Outcome]) -> int:
    """How many bad ends in a row, the latest included; what did not run does not count."""
    count = 0
    for outcome in reversed(outcomes):
        if outcome.status in BAD:
            count += 1
        elif outcome.status == Status.SUCCEEDED:
            return count
    return count
