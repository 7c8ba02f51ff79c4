"""The audit: what every chaos test and every soak must find afterwards, whatever was killed meanwhile.

It believes the programs first: each appends a line at its start and at its end to one file. Then the rows, the
processes that are there, and the supervisors' logs. It answers with sentences; none means that all is well.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from tests.chaos.cell import Cell, Load
from tests.chaos.complaints import complaints
from tests.chaos.processes import describe
from tests.chaos.tables import Row

DUE = re.compile(r"^(\S+ \S+) DEBUG mxx\.scheduler: due schedule=(\d+) .* at=(\S+ \S+)")


@dataclass
class Done:
    """What was done to the cell: how much of the evidence it explains."""

    custody_kills: int = 0
    """kill -9 of keepers and runners: so many runs may have ended badly."""
    hand_overs: int = 0
    """Deaths, stops and starts of supervisors, so many times may another one begin to lead."""
    acknowledged: set[str] = field(default_factory=set)
    """Idempotency keys of the runs by hand that the API said yes to."""
    asked: set[str] = field(default_factory=set)


def audit(cell: Cell, load: Load, done: Done) -> list[str]:
    """For a cell that has been stopped after it came to rest."""
    rows = cell.tables.rows()
    return [
        *_every_moment_once(rows, load),
        *_by_hand_once(rows, done),
        *_started_once(rows, cell),
        *_nothing_stuck(rows),
        *_badly_only_when_killed(rows, done),
        *(f"{describe(pid)} outlived its run" for pid in cell.leftovers()),
        *([f"{count} strangers were killed"] if (count := cell.harmed_strangers()) else []),
        *_one_led(cell, done),
        *complaints(cell.logs),
    ]


def _every_moment_once(rows: list[Row], load: Load) -> Iterator[str]:
    found: Counter[tuple[str, datetime]] = Counter(
        (row.job, row.scheduled_for) for row in rows if row.scheduled_for
    )
    for number in range(load.jobs):
        for moment in load.moments(number):
            if (count := found.pop((f"every-{number}", moment), 0)) != 1:
                yield f"every-{number} at {moment:%T.%f}: {count} rows"
    for (job, moment), count in found.items():
        yield f"{job} at {moment:%T.%f}: {count} rows, and it is no due moment"


def _by_hand_once(rows: list[Row], done: Done) -> Iterator[str]:
    found = Counter(row.key for row in rows if row.key)
    for key in done.acknowledged:
        if found[key] != 1:
            yield f"a run by hand was acknowledged and has {found[key]} rows"
    for key in found.keys() - done.asked:
        yield f"nobody asked for the run by hand {key}"


def _started_once(rows: list[Row], cell: Cell) -> Iterator[str]:
    """A run without retries starts once, whichever attempt it is; one that succeeded did both of its lines once."""
    starts: dict[int, list[int]] = defaultdict(list)
    ends: Counter[int] = Counter()
    for effect in cell.effects():
        if effect.word == "start":
            starts[effect.run].append(effect.attempt)
        else:
            ends[effect.run] += 1
    for row in rows:
        begun = starts.pop(row.id, [])
        if len(begun) > 1:
            yield f"run {row.id} ({row.job}) started {len(begun)} times: attempts {begun}"
        if row.status == "succeeded" and (len(begun), ends[row.id]) != (1, 1):
            yield f"run {row.id} succeeded, and its program began {len(begun)} and ended {ends[row.id]} times"
    for run in starts:
        yield f"run {run} started, and there is no row of it"


def _nothing_stuck(rows: list[Row]) -> Iterator[str]:
    for row in rows:
        if not row.is_over:
            yield f"run {row.id} of {row.job} is stuck: {row.status} {row.reason}"


def _badly_only_when_killed(rows: list[Row], done: Done) -> Iterator[str]:
    badly = [row for row in rows if row.is_over and row.status != "succeeded"]
    if len(badly) > done.custody_kills:
        yield f"{len(badly)} runs ended badly, and only {done.custody_kills} keepers and runners were killed"
    for row in badly:
        if row.status not in ("lost", "failed"):
            yield f"run {row.id} of {row.job} is {row.status}: {row.reason}"


def _one_led(cell: Cell, done: Done) -> Iterator[str]:
    """Who wrote the due moments, in the order of time, changes only when there was a reason to."""
    changes = hand_overs(cell)
    if changes > done.hand_overs:
        yield f"the leader changed {changes} times, for {done.hand_overs} reasons: two led at once"


def hand_overs(cell: Cell) -> int:
    wrote = [
        (match[1], number)
        for number, log in enumerate(cell.logs)
        if "runscheduler" in log.name
        for line in log.read_text(errors="replace").splitlines()
        if (match := DUE.match(line))
    ]
    writers = [number for _, number in sorted(wrote)]
    return sum(one != other for one, other in pairwise(writers))
