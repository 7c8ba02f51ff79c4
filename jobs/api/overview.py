"""A job with what one wants to know beside it, in a constant number of queries for any number of jobs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Subquery

from jobs.models import Job, Run, Schedule
from plugins.redaction import redacted, redacted_text


@dataclass(frozen=True)
class JobOverview:
    job: Job
    schedules: list[Schedule]
    last_run: Run | None
    active_runs: list[Run]
    whole: bool = True
    """False for a reader who may not edit the job: values that may be secrets are hidden."""

    @property
    def toml(self) -> str:
        return self.job.toml if self.whole else redacted_text(self.job.toml)

    @property
    def config(self) -> dict[str, Any]:
        return self.job.config if self.whole else redacted(self.job.config)


def overviews(jobs: Iterable[Job], whole: bool = True) -> list[JobOverview]:
    """Four queries beside the one for the jobs, which must bring their revision along."""
    jobs = list(jobs)
    schedules: dict[int, list[Schedule]] = defaultdict(list)
    for schedule in Schedule.objects.present().filter(job__in=jobs):
        schedules[schedule.job_id].append(schedule)
    active = _active_runs()
    last = _last_runs(jobs)
    return [JobOverview(job, schedules[job.pk], last.get(job.pk), active[job.pk], whole) for job in jobs]


def _active_runs() -> dict[int | None, list[Run]]:
    """By job id, newest first. Of all jobs: asked for some jobs, SQLite would read all the runs they ever had."""
    active: dict[int | None, list[Run]] = defaultdict(list)
    for run in Run.objects.active().lean().select_related("job").order_by("-id"):
        active[run.job_id].append(run)
    return active


def _last_runs(jobs: list[Job]) -> dict[int | None, Run]:
    """By job id. One index look-up a job: grouping by job would read every run that the job ever had."""
    newest = Run.objects.filter(job=OuterRef("pk")).order_by("-id").values("pk")[:1]
    ids = Job.objects.filter(pk__in=[job.pk for job in jobs]).annotate(newest=Subquery(newest))
    runs = Run.objects.lean().select_related("job").filter(pk__in=list(ids.values_list("newest", flat=True)))
    return {run.job_id: run for run in runs}
