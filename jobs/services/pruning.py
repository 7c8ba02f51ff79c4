"""Retention: runs that are over, old and many enough are forgotten, row and folder together."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from jobs.exceptions import Conflict
from jobs.models import Run
from jobs.services.audit import record
from jobs.services.deletion import forget_run
from jobs.services.detached import detached_programs
from jobs.services.watching import run_dir
from jobs.timing import clock


@dataclass(frozen=True)
class Retention:
    """What may stay; None: no limit. age in seconds; count: newest runs of each job; size: bytes of all folders."""

    age: float | None = None
    count: int | None = None
    size: int | None = None


@dataclass
class Pruned:
    runs: int = 0
    bytes: int = 0
    spared: int = 0
    """A detached program lives in their folders."""


def prune_runs(limits: Retention, *, dry_run: bool = False) -> Pruned:
    """Oldest first. Never a run that is not over, that has left a living program, or whose folder is on another host."""
    done = Pruned()
    for pk in [*_by_age_and_count(limits)]:
        _prune(pk, done, dry_run)
    if limits.size is not None:
        _by_size(limits.size - done.bytes * dry_run, done, dry_run)
    if done.runs and not dry_run:
        record("runs.pruned", "", runs=done.runs, bytes=done.bytes)
    return done


def _by_age_and_count(limits: Retention) -> Iterator[int]:
    over = Run.objects.ended().order_by("id")
    found: set[int] = set()
    if limits.age is not None:
        before = clock.now() - timedelta(seconds=limits.age)
        found.update(over.filter(finished_at__lt=before).values_list("pk", flat=True))
    if limits.count is not None:
        place = Window(RowNumber(), partition_by=[F("job_name")], order_by=F("id").desc())
        ranked = Run.objects.ended().annotate(place=place).filter(place__gt=limits.count)
        found.update(ranked.values_list("pk", flat=True))
    yield from sorted(found)


def _by_size(most: int, done: Pruned, dry_run: bool) -> None:
    rows = list(Run.objects.ended().order_by("-id").values_list("pk", flat=True))
    total, too_much = 0, []
    for pk in rows:
        total += sum(_size(path) for path in _folders(Run.objects.lean().get(pk=pk)))
        if total > most:
            too_much.append(pk)
    for pk in reversed(too_much):
        _prune(pk, done, dry_run)


def _prune(pk: int, done: Pruned, dry_run: bool) -> None:
    run = Run.objects.lean().filter(pk=pk).first()
    if run is None or not _is_here(run):
        return
    if any(one.alive for one in detached_programs(run)):
        done.spared += 1
        return
    size = sum(_size(path) for path in _folders(run))
    if not dry_run:
        try:
            forget_run(run)
        except Conflict:  # it was started anew meanwhile
            return
    done.runs += 1
    done.bytes += size


def _is_here(run: Run) -> bool:
    return run.host in ("", socket.gethostname()) or any(os.path.isdir(path) for path in _folders(run))


def _folders(run: Run) -> list[str]:
    return [os.fspath(run_dir(run, attempt).place) for attempt in range(1, run.attempt + 1)]


def _size(folder: str) -> int:
    """Bytes of its files; links are not followed, and what vanishes meanwhile counts nothing."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(place, name)).st_size
            except FileNotFoundError:
                continue
    return total
