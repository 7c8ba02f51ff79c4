"""How the last runs of many jobs ended, and how long they usually take: a statement or two for each thousand jobs.

What is usual is gathered by the database, one row a job. Measured with 1,000 jobs and 1,000,000 runs on SQLite: 20 rows a
job, read to be counted here, took 400 ms of processor time; this takes 50.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from statistics import median, quantiles
from typing import Any

from django.db import connection
from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

from jobs.models import Run
from jobs.timing import clock

ENOUGH = 3
"""Fewer good runs than this say nothing about what is usual."""
MOST_GOOD = 20
LOOKED_AT = 500
"""Good runs count among so many of a job's newest: one that always fails would else be read from end to end."""

AT_ONCE = 2000
"""Jobs in one query."""
LATELY, FEW, MOST_KNOWN = 30.0, 50, 10_000
"""Seconds that a forecast's lengths hold; up to so many jobs they are asked for each time; and so many are remembered."""

GATHERED = {
    "sqlite": "group_concat(round((julianday(finished_at) - julianday(started_at)) * 86400, 3))",
    "postgresql": "string_agg(round(extract(epoch from finished_at - started_at), 3)::text, ',')",
}
GOOD = """
SELECT {gathered} FROM (
    SELECT started_at, finished_at FROM (
        SELECT status, started_at, finished_at FROM jobs_run WHERE job_id = job.id ORDER BY id DESC LIMIT %s
    ) AS newest WHERE status = 'succeeded' AND started_at IS NOT NULL LIMIT %s
) AS good"""
"""Seconds of the last good runs, to a millisecond, as is all that SQLite tells. The order is told once, inside: told again outside it would make SQLite read all 500."""
NEWEST = """
SELECT min(id) FROM (SELECT id FROM jobs_run WHERE job_id = job.id ORDER BY id DESC LIMIT %s) AS newest"""


@dataclass(frozen=True)
class Usual:
    """Seconds of the last 20 good runs; low and high bound the middle half."""

    median: float
    low: float
    high: float


@dataclass(frozen=True)
class Past:
    """By job id. rows: the newest runs, oldest first, and no more than were asked for."""

    rows: dict[int, list[tuple[Any, ...]]] = field(default_factory=lambda: defaultdict(list))
    usual: dict[int, Usual] = field(default_factory=dict)


def usual(jobs: Iterable[int]) -> dict[int, Usual]:
    """What is usual for each job that succeeded often enough."""
    found = (row for some in batched(jobs, AT_ONCE) for row in _told(GOOD, [LOOKED_AT, MOST_GOOD], some))
    return _known((job, told) for job, told in found)


_lately: dict[int, tuple[float, Usual | None]] = {}
"""Job id -> until when it holds, on the monotonic clock, and what was usual."""


def usual_lately(jobs: Iterable[int]) -> dict[int, Usual]:
    """The same for a forecast of many jobs, for which half a minute more or less is nothing: to ask for a thousand takes the
    database as long as all the rest of the page."""
    wanted = set(jobs)
    known = _remembered(wanted)
    if unknown := wanted - known.keys():
        known |= _remember(unknown, usual(unknown))
    return {job: told for job, told in known.items() if told}


def _remembered(jobs: set[int]) -> dict[int, Usual | None]:
    """None: it is known that too few runs were good. Nothing of a few jobs: they are asked for each time."""
    if len(jobs) <= FEW:
        return {}
    now = clock.monotonic()
    return {job: told[1] for job in jobs if (told := _lately.get(job)) and told[0] > now}


def _remember(jobs: set[int], found: Mapping[int, Usual]) -> dict[int, Usual | None]:
    """Of these jobs, all of them."""
    if len(_lately) > MOST_KNOWN:
        _lately.clear()
    until = clock.monotonic() + LATELY
    _lately.update({job: (until, found.get(job)) for job in jobs})
    return {job: found.get(job) for job in jobs}


def past(jobs: Iterable[int], count: int, columns: Iterable[str], beside: Iterable[int] = ()) -> Past:
    """The newest `count` runs of each job, as these columns, of which the first must be job_id; and what is usual for it.

    beside: jobs of which only the latter is asked, as usual_lately does, in the same query.
    """
    found, wanted, shown = Past(), list(columns), set(jobs)
    known = _remembered(set(beside))
    found.usual.update((job, told) for job, told in known.items() if told)
    asked = shown.union(beside) - (known.keys() - shown)
    for some in batched(asked, AT_ONCE):
        told = _told(f"{GOOD}), ({NEWEST}", [LOOKED_AT, MOST_GOOD, count], some)
        found.usual.update(_known((job, good) for job, good, _ in told))
        firsts = {job: first for job, _, first in told if first and job in shown}
        for row in _rows(firsts).values_list(*wanted):
            found.rows[row[0]].append(row)
    _remember(asked, found.usual)
    return found


def _told(subquery: str, limits: list[int], jobs: list[int]) -> list[tuple[Any, ...]]:
    """(id, what the subquery says of it) of each job; an index step and a row for each run that is looked at."""
    marks = ", ".join(["%s"] * len(jobs))
    asked = subquery.format(gathered=GATHERED[connection.vendor])
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, ({asked}) FROM jobs_job AS job WHERE id IN ({marks})", [*limits, *jobs])
        return cursor.fetchall()


def _known(told: Iterable[tuple[int, str | None]]) -> dict[int, Usual]:
    found = ((job, _usual(seconds)) for job, seconds in told if seconds)
    return {job: usual_ for job, usual_ in found if usual_}


@lru_cache(maxsize=4096)
def _usual(seconds: str) -> Usual | None:
    """Remembered by the lengths themselves: so it cannot be out of date."""
    values = [float(value) for value in seconds.split(",")]
    if len(values) < ENOUGH:
        return None
    low, _, high = quantiles(values, n=4)
    return Usual(median(values), max(low, 0.0), high)


def _rows(firsts: dict[int, int]) -> QuerySet[Run]:
    """From this id on of each job, oldest first; a thousand Q would take Django longer than the database."""
    if not firsts:
        return Run.objects.none()
    terms = ["(job_id = %s AND id >= %s)"] * len(firsts)
    values = [value for pair in firsts.items() for value in pair]
    return Run.objects.filter(RawSQL(_either(terms), values, output_field=BooleanField())).order_by("id")


def _either(terms: list[str]) -> str:
    """Joined as a tree: SQLite takes no expression deeper than 1,000."""
    if len(terms) == 1:
        return terms[0]
    middle = len(terms) // 2
    return f"({_either(terms[:middle])} OR {_either(terms[middle:])})"


def batched(values: Iterable[int], size: int) -> Iterator[list[int]]:
    waiting = iter(values)
    while some := list(islice(waiting, size)):
        yield some
