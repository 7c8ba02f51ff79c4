"""Questions that several pages ask about many jobs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, Min, OuterRef, Q, QuerySet, Subquery, TextField
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


class NextTime(NamedTuple):
    """at: None for a job that no clock starts. at_start: the next start of MXX does. held: a schedule of it is paused."""

    at: datetime | None
    at_start: bool
    held: bool


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


def next_times(jobs: Iterable[int], quiet: Quiet | None) -> dict[int, NextTime]:
    """Of each job that has a schedule. One query, and one more in a quiet time."""
    rows = Schedule.objects.filter(job__in=list(jobs))
    later = dict[int, datetime]()
    if quiet and not quiet.is_open:
        later = _first_from(quiet.until, planned(rows, MOST_SCHEDULES))
    counts = {
        "next": Min("next_run_time"),
        "startups": Count("pk", filter=Q(trigger="startup", enabled=True)),
        "paused": Count("pk", filter=Q(enabled=False)),
    }
    told = rows.present().order_by().values_list("job").annotate(**counts)
    held = bool(quiet and quiet.is_open)
    return {
        job: NextTime(later.get(job) if quiet else at, startups > 0, paused > 0 or (held and at is not None))
        for job, at, startups, paused in told
    }


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
