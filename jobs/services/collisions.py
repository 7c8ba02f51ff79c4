"""Which runs of the next hours would meet: a rehearsal with the usual length of each job, under the rules of the claim."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.conf import settings

from jobs.models import Job, Quiet, Run
from jobs.services.health import pulse
from jobs.services.lengths import Usual, usual_lately
from jobs.services.planned import PlannedJob
from jobs.services.upcoming import Coming, upcoming
from jobs.timing import clock
from jobs.timing.words import hour_in

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


@dataclass(frozen=True)
class Forecast:
    """lengths: what is usual, by job."""

    met: list[Collision]
    lengths: Mapping[int, Usual]


class _Places:
    """So many runs at once: who comes when all are taken waits for the one that ends first. A heap of ends."""

    def __init__(self, count: int) -> None:
        self._count, self._ends = count, list[datetime]()

    def free(self, at: datetime) -> datetime:
        """When a run that is due at this moment may begin."""
        return at if len(self._ends) < self._count else max(at, self._ends[0])

    def take(self, ends: datetime) -> None:
        (heapq.heappush if len(self._ends) < self._count else heapq.heapreplace)(self._ends, ends)

    def give_back(self, ends: datetime) -> None:
        if ends in self._ends:
            self._ends.remove(ends)
            heapq.heapify(self._ends)


def collisions(
    *,
    hours: float = 24.0,
    most: int = 50,
    zone: str = "UTC",
    quiet: Quiet | Literal["ask"] | None = "ask",
    slots: int | None = None,
) -> list[Collision]:
    """In order of time, the first `most`, in words of this zone. Jobs of unknown length (fewer than 3 good runs) meet nobody.

    Among the next 2,000 moments. quiet and slots (of all supervisors) are asked for unless they are known.
    """
    return forecast(hours=hours, most=most, zone=zone, quiet=quiet, slots=slots).met


def forecast(
    *,
    hours: float = 24.0,
    most: int = 50,
    zone: str = "UTC",
    quiet: Quiet | Literal["ask"] | None = "ask",
    slots: int | None = None,
    beside: Iterable[int] = (),
) -> Forecast:
    """The same with the lengths it came from. beside: jobs whose lengths are told too."""
    now = clock.now()
    coming = upcoming(count=MOST_MOMENTS, until=now + timedelta(hours=hours), quiet=quiet)
    active = list(Run.objects.active().filter(job__isnull=False).select_related("job").lean())
    jobs = {item.schedule.job_id for item in coming} | {run.job_id for run in active if run.job_id}
    lengths = usual_lately(jobs.union(beside))
    slots = pulse().slots if slots is None else slots
    met = meetings(coming=coming, active=active, lengths=lengths, slots=slots, most=most, zone=zone)
    return Forecast(met, lengths)


def meetings(
    *,
    coming: list[Coming],
    active: Iterable[Run],
    lengths: Mapping[int, Usual],
    slots: int,
    most: int = 50,
    zone: str = "UTC",
) -> list[Collision]:
    """The same for a caller who knows what comes (in order), what is active and what is usual: no query.

    slots: of all supervisors; 0 when none is heard. More than 2,000 moments are not looked at.
    """
    return _Rehearsal(coming[:MOST_MOMENTS], active, lengths, slots, zone).played(most)


class _Rehearsal:
    def __init__(
        self,
        coming: list[Coming],
        active: Iterable[Run],
        lengths: Mapping[int, Usual],
        slots: int,
        zone: str,
    ) -> None:
        self._coming, self._zone, now = coming, zone, clock.now()
        self._lengths = {job: timedelta(seconds=found.median) for job, found in lengths.items()}
        self._slots = slots or settings.MXX_SLOTS
        self._all = _Places(self._slots)
        self._of_tag = {tag: _Places(limit) for tag, limit in settings.MXX_TAG_SLOTS.items()}
        self._of_job: dict[int, _Places] = {}
        self._until: dict[int, datetime] = {}
        """When the run of each job ends that began last."""
        for run in active:
            length = self._lengths.get(run.job_id or 0)
            if run.job and length:
                self._begin(run.job, max(now, (run.started_at or now) + length))

    def played(self, most: int) -> list[Collision]:
        found: list[Collision] = []
        for item in self._coming:
            job, length = item.schedule.job, self._lengths.get(item.schedule.job_id)
            if length is None:
                continue
            met = self._meeting(item, job)
            if met and len(found) < most:
                found.append(met)
            if met is None or met.what != "skipped":
                self._begin(job, item.at + length + timedelta(seconds=met.seconds if met else 0))
        return found

    def _own(self, job: Job | PlannedJob) -> _Places:
        most = (job.max_parallel or self._slots) if job.overlap == "parallel" else 1
        if (own := self._of_job.get(job.pk)) is None:
            own = self._of_job[job.pk] = _Places(most)
        return own

    def _places(self, job: Job | PlannedJob) -> list[_Places]:
        """All that a run of this job takes."""
        return [self._own(job), *(self._of_tag[tag] for tag in job.tags if tag in self._of_tag), self._all]

    def _begin(self, job: Job | PlannedJob, ends: datetime) -> None:
        self._until[job.pk] = ends
        for places in self._places(job):
            places.take(ends)

    def _meeting(self, item: Coming, job: Job | PlannedJob) -> Collision | None:
        if (free := self._own(job).free(item.at)) > item.at:
            return self._behind_its_own(item, job, free)
        for tag in job.tags:
            if tag in self._of_tag and (free := self._of_tag[tag].free(item.at)) > item.at:
                return _waits(item, free, f"the tag {tag!r} has {settings.MXX_TAG_SLOTS[tag]} at once")
        if (free := self._all.free(item.at)) > item.at:
            return _waits(item, free, f"all {self._slots} slots are in use")
        return None

    def _behind_its_own(self, item: Coming, job: Job | PlannedJob, free: datetime) -> Collision:
        because = f"the run before it usually goes on until {hour_in(self._zone, free)}"
        if job.overlap == "replace":
            for places in self._places(job):
                places.give_back(self._until[job.pk])
            return _collision(item, "replaces", 0.0, because)
        if job.overlap == "skip":
            return _collision(item, "skipped", 0.0, because)
        return _waits(item, free, because)


def _waits(item: Coming, until: datetime, because: str) -> Collision:
    return _collision(item, "waits", (until - item.at).total_seconds(), because)


def _collision(item: Coming, what: str, seconds: float, because: str) -> Collision:
    return Collision(item.at, item.schedule.job.name, item.schedule.name, what, seconds, because)
