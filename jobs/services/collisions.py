"""Which runs of the next hours would meet: a rehearsal with the usual length of each job, under the rules of the claim."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings

from jobs.models import Job, Run, Supervisor
from jobs.services.lengths import usual
from jobs.services.upcoming import Coming, upcoming
from jobs.timing import clock

MOST_MOMENTS = 2000


@dataclass(frozen=True)
class Collision:
    """what: skipped, waits or replaces. seconds: how long it would wait. because: in words."""

    at: datetime
    job: str
    schedule: str
    what: str
    seconds: float
    because: str


@dataclass(order=True)
class _Going:
    ends: datetime
    job_id: int
    tags: list[str] = field(compare=False)


def collisions(*, hours: float = 24.0, most: int = 50) -> list[Collision]:
    """In order of time, the first `most`. Jobs of unknown length (fewer than 3 good runs) meet nobody."""
    now = clock.now()
    coming = upcoming(count=MOST_MOMENTS, until=now + timedelta(hours=hours))
    return _Rehearsal(coming, now).played(most)


class _Rehearsal:
    def __init__(self, coming: list[Coming], now: datetime) -> None:
        self._coming = coming
        active = list(Run.objects.active().filter(job__isnull=False).select_related("job").lean())
        jobs = {item.schedule.job_id for item in coming} | {run.job_id for run in active if run.job_id}
        self._lengths = {job: timedelta(seconds=found.median) for job, found in usual(jobs).items()}
        self._slots = sum(
            Supervisor.objects.filter(kind="supervisor").alive(now).values_list("slots", flat=True)
        )
        self._going: list[_Going] = []
        for run in active:
            length = self._lengths.get(run.job_id or 0)
            if run.job and length:
                self._begin(run.job, max(now, (run.started_at or now) + length))

    def played(self, most: int) -> list[Collision]:
        found: list[Collision] = []
        for item in self._coming:
            job, length = item.schedule.job, self._lengths.get(item.schedule.job_id)
            while self._going and self._going[0].ends <= item.at:
                heapq.heappop(self._going)
            if length is None:
                continue
            met = self._meeting(item, job)
            if met and len(found) < most:
                found.append(met)
            if met is None or met.what != "skipped":
                self._begin(job, item.at + length + timedelta(seconds=met.seconds if met else 0))
        return found

    def _begin(self, job: Job, ends: datetime) -> None:
        heapq.heappush(self._going, _Going(ends, job.pk, list(job.tags)))

    def _meeting(self, item: Coming, job: Job) -> Collision | None:
        own = sorted(going for going in self._going if going.job_id == job.pk)
        most = (job.max_parallel or self._slots or settings.MXX_SLOTS) if job.overlap == "parallel" else 1
        if len(own) >= most:
            return self._own(item, job, own, most)
        for tag in job.tags:
            using = sorted(going for going in self._going if tag in going.tags)
            limit = settings.MXX_TAG_SLOTS.get(tag)
            if limit and len(using) >= limit:
                return _waits(item, using[len(using) - limit].ends, f"the tag {tag!r} has {limit} at once")
        slots = self._slots or settings.MXX_SLOTS
        if len(self._going) >= slots:
            ends = sorted(self._going)[len(self._going) - slots].ends
            return _waits(item, ends, f"all {slots} slots are in use")
        return None

    def _own(self, item: Coming, job: Job, own: list[_Going], most: int) -> Collision:
        free = own[len(own) - most].ends
        because = f"the run before it usually goes on until {free:%H:%M:%S} UTC"
        if job.overlap == "replace":
            for going in own:
                self._going.remove(going)
            heapq.heapify(self._going)
            return _collision(item, "replaces", 0.0, because)
        if job.overlap == "skip":
            return _collision(item, "skipped", 0.0, because)
        return _waits(item, free, because)


def _waits(item: Coming, until: datetime, because: str) -> Collision:
    return _collision(item, "waits", (until - item.at).total_seconds(), because)


def _collision(item: Coming, what: str, seconds: float, because: str) -> Collision:
    return Collision(item.at, item.schedule.job.name, item.schedule.name, what, seconds, because)
