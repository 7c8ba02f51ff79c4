"""The history: which runs somebody asks for, newest first, a page at a time. What it costs does not grow with the history.

A database that is asked for several statuses at once, newest first, sorts all runs that have them (0.5 s a million). So
it is asked for the newest of each kind (status and source), one index step each, and the newest of those are the page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import product
from typing import Any

from django.db import connection

from jobs.models import Job, Run, RunSpan, Source, Status
from jobs.models.run import RunQuerySet
from jobs.services.logsearch import matching, phrases_of
from plugins import jobfile
from plugins.exceptions import BadInput, Problem

MOST_SEARCHED = 9_000
"""Runs with the words that are looked at for one page, when other conditions leave out nearly all of them."""
LARGEST = 2**63 - 1
ARMS = 300
"""Kinds in one statement: SQLite joins no more than 500."""


@dataclass(frozen=True)
class Wanted:
    """Which runs: each condition that is set must hold. since and until: queued then or later, and before."""

    job: str = ""
    only_job: int | None = None
    statuses: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""


@dataclass(frozen=True)
class Found:
    """older: the `before` of the next page, or None. A search looks through so many runs for a page, and may find fewer."""

    runs: list[Run]
    older: int | None


@dataclass
class _Where:
    """Conditions in SQL that are joined by AND."""

    terms: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)

    def also(self, term: str, *values: Any) -> _Where:
        return _Where([*self.terms, term], [*self.values, *values])

    def and_(self, other: _Where) -> _Where:
        return _Where([*self.terms, *other.terms], [*self.values, *other.values])

    def __str__(self) -> str:
        return " AND ".join(self.terms) or "1 = 1"


def find_runs(wanted: Wanted, *, rows: RunQuerySet, before: int | None = None, limit: int) -> Found:
    """A page of `rows`, which say what else of each run is read. Raises BadInput for a job that never was, or no words."""
    if wanted.text:
        ids, older = _searched(wanted, before, limit)
        return Found(list(rows.filter(pk__in=ids).order_by("-id")), older)
    if wanted == Wanted():
        rows = rows.filter(pk__lt=before) if before is not None else rows
    else:
        rows = rows.filter(pk__in=_newest(wanted, before, limit + 1))
    found = list(rows.order_by("-id")[: limit + 1])
    return Found(found[:limit], found[limit - 1].pk if len(found) > limit else None)


def _searched(wanted: Wanted, before: int | None, limit: int) -> tuple[list[int], int | None]:
    """Those of the runs with these words that are wanted, and where the next page begins."""
    phrases, arms = phrases_of(wanted.text), [_bounded(wanted, None).and_(arm) for arm in _jobs(wanted)]
    ids, seen, last = list[int](), 0, LARGEST if before is None else before
    for chunk in matching(phrases, last, MOST_SEARCHED):
        seen, last = seen + len(chunk), chunk[-1]
        ids += sorted({pk for arm in arms for pk in _fitting(chunk, arm, wanted)}, reverse=True)
        if len(ids) > limit:
            return ids[:limit], ids[limit - 1]
    return ids, last if seen == MOST_SEARCHED else None


def _fitting(chunk: list[int], where: _Where, wanted: Wanted) -> list[int]:
    for column, words in (("status", wanted.statuses), ("source", wanted.sources)):
        if words:
            where = where.also(f"{column} IN ({_marks(words)})", *map(str, words))
    where = where.also(f"id IN ({_marks(chunk)})", *chunk)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM jobs_run WHERE {where}", where.values)
        return [pk for (pk,) in cursor.fetchall()]


def _marks(values: Sequence[object]) -> str:
    return ", ".join(["%s"] * len(values))


def _newest(wanted: Wanted, before: int | None, most: int) -> list[int]:
    """Ids of the newest `most` runs that are wanted: the newest of each kind are asked for, so none is missing."""
    where, stretches = _bounded(wanted, before), _stretches(wanted)
    kinds = [kind for of_job in _jobs(wanted) for kind in _kinds(of_job, wanted)]
    arms = [kind.and_(where).and_(stretch) for kind in kinds for stretch in stretches]
    ids = [pk for first in range(0, len(arms), ARMS) for pk in _ids(arms[first : first + ARMS], most)]
    return sorted(ids, reverse=True)[:most]


def _ids(arms: list[_Where], most: int) -> list[int]:
    one = f"SELECT id FROM (SELECT id FROM jobs_run WHERE {{}} ORDER BY id DESC LIMIT {most:d}) AS newest"
    sql = " UNION ALL ".join(one.format(arm) for arm in arms)
    with connection.cursor() as cursor:
        cursor.execute(sql, [value for arm in arms for value in arm.values])
        return [pk for (pk,) in cursor.fetchall()]


# ---- whose


def _jobs(wanted: Wanted) -> Iterator[_Where]:
    """The present job of this name; else deleted ones; else files that were run without being a job."""
    only = _Where().also("job_id = %s", wanted.only_job) if wanted.only_job else _Where()
    if not wanted.job:
        yield only
        return
    named = Job.objects.filter(name_key=jobfile.name_key(wanted.job))
    ids = [job.pk for job in named.present()] or [job.pk for job in named]
    if not ids and not Run.objects.filter(job=None, job_name=wanted.job).exists():
        raise BadInput(Problem("job", "unknown", f"there is no job named {wanted.job[:80]!r}", _some_job()))
    for pk in ids:
        yield only.also("job_id = %s", pk)
    if not ids:
        yield only.also("job_id IS NULL AND job_name = %s", wanted.job)


def _some_job() -> str:
    return Job.objects.present().order_by("pk").values_list("name", flat=True).first() or "a job's name"


def _kinds(of_job: _Where, wanted: Wanted) -> Iterator[_Where]:
    """One arm for each status and source; with neither asked for, the job's runs need none."""
    if not wanted.statuses and not wanted.sources:
        yield of_job
        return
    for status, source in product(wanted.statuses or Status.values, wanted.sources or Source.values):
        yield of_job.also("status = %s AND source = %s", str(status), str(source))


# ---- when


def _bounded(wanted: Wanted, before: int | None) -> _Where:
    """The span of time, and which ids can lie in it."""
    stored, where = connection.ops.adapt_datetimefield_value, _Where()
    if before is not None:
        where = where.also("id < %s", before)
    if wanted.since is not None:
        begin = RunSpan.objects.begin_of(wanted.since)
        where = where.also("queued_at >= %s AND id >= %s", stored(wanted.since), begin)
    if wanted.until is not None:
        where = where.also("queued_at < %s", stored(wanted.until))
    return where


def _stretches(wanted: Wanted) -> list[_Where]:
    """Where the runs before `until` can be: in stretches that are told, or among the newest, which are not yet."""
    if wanted.until is None:
        return [_Where()]
    end = RunSpan.objects.end_of(wanted.until)
    return [_Where().also("id < %s", end), _Where().also("id >= %s", RunSpan.objects.told_until())]
