"""What becomes of a schedule that is due: which moments run, which are recorded without running, when it is due next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from jobs.models import Status
from jobs.timing.triggers import Bounded, Due, Trigger, apart
from jobs.timing.zones import TICK

ON_TIME = timedelta(seconds=5)
"""Later than this is a misfire: nobody was there when the moment came."""
ALL_CAP = 100
"""So many moments does the policy `all` catch up at most."""

Span = tuple[datetime, datetime]
"""[from, to)"""


@dataclass(frozen=True)
class Moment:
    """One row to write. status: queued, or that of a row which records what did not run.
    reason: in words, "" for a run on time."""

    at: datetime
    status: Status = Status.QUEUED
    reason: str = ""

    @property
    def runs(self) -> bool:
        return self.status == Status.QUEUED


@dataclass(frozen=True)
class Plan:
    moments: list[Moment] = field(default_factory=list)
    next: datetime | None = None


def plan(
    trigger: Trigger,
    first: datetime,
    now: datetime,
    *,
    misfire: str = "latest",
    window: float | None = None,
    quiet: Sequence[Span] = (),
) -> Plan:
    """first: the stored next_run_time (<= now). quiet: spans in which nothing was to run.

    Arithmetic, never enumeration: a year off costs milliseconds.
    """
    following = trigger.after(now)
    silenced = [moment for span in quiet if (moment := _silenced(trigger, first, now, span))]
    if quiet:
        trigger = Bounded(trigger, blackouts=apart(list(quiet)))
    due = trigger.due(
        first, now, ALL_CAP + 1
    )  # one more: the row that counts the others needs a moment of its own
    fresh = [moment for moment in due.moments if now - moment <= ON_TIME]
    late = [moment for moment in due.moments if now - moment > ON_TIME]
    rows = _caught_up(due, late, fresh, now, misfire, window) if late else [Moment(at) for at in fresh]
    return Plan([*silenced, *rows], following)


def plan_startup(at: datetime, quiet: Sequence[Span]) -> Plan:
    """A startup schedule is due by no clock: its only moment is the one that its start gave it."""
    span = next(((since, until) for since, until in quiet if since <= at < until), None)
    return Plan([_in_quiet(at, 1, True, span) if span else Moment(at)])


def _silenced(trigger: Trigger, first: datetime, now: datetime, span: Span) -> Moment | None:
    """One row for all that was due within a quiet time."""
    since, until = span
    due = trigger.due(max(first, since), min(now, until - TICK), 1)
    return _in_quiet(due.moments[-1], due.count, due.exact, span) if due.moments else None


def _in_quiet(at: datetime, count: int, exact: bool, span: Span) -> Moment:
    since, until = span
    what = f"quiet from {since:%Y-%m-%d %H:%M} to {until:%Y-%m-%d %H:%M} UTC"
    return Moment(at, Status.SKIPPED, f"{what}: {_number(count, exact)} passed")


def _caught_up(
    due: Due, late: list[datetime], fresh: list[datetime], now: datetime, misfire: str, window: float | None
) -> list[Moment]:
    """At most one row for all that does not run, then what runs: late, or on time after all.

    Of what came due within the last seconds only the newest counts, unless the policy is `all`: an hour that a clock
    jumped over must not end in a burst.
    """
    wanted = [moment for moment in late if window is None or now - moment <= timedelta(seconds=window)]
    fresh = fresh if misfire == "all" else fresh[-1:]
    chosen = {"skip": [], "latest": [] if fresh else wanted[-1:], "all": wanted[-(ALL_CAP - len(fresh)) :]}[
        misfire
    ]
    rows = [Moment(moment, reason=f"late: was due {_ago(now - moment)} ago") for moment in chosen]
    rows += [Moment(moment) for moment in fresh]
    passed = due.count - len(rows)
    if not passed:
        return rows
    ran = {row.at for row in rows}
    last = next(moment for moment in reversed(due.moments) if moment not in ran)
    reason = f"{_number(passed, due.exact)} passed while nobody was there; {_instead(misfire, window, chosen, fresh)}"
    return [Moment(last, Status.MISSED, reason), *rows]


def _instead(misfire: str, window: float | None, chosen: list[datetime], fresh: list[datetime]) -> str:
    """Why those that passed did not run."""
    limit = "" if window is None or misfire == "skip" else _exactly(window)
    if misfire == "all" and chosen:
        told = f"the newest {len(chosen) + len(fresh)} run late"
        if limit and len(chosen) + len(fresh) < ALL_CAP:
            told += f"; the others were due longer ago than {limit}, the misfire_window"
        return told
    if misfire == "latest" and (chosen or fresh):
        return "merged into one late run" if chosen else "merged into the run that was due on time"
    if limit:
        return f"they were due longer ago than {limit}, the misfire_window"
    return f"misfire policy is {misfire!r}"


def _exactly(seconds: float) -> str:
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds and seconds % size == 0:
            return f"{seconds / size:g} {unit}"
    return f"{seconds:g} s"


def _number(count: int, exact: bool) -> str:
    number = f"{count}" if exact else f"more than {count}"
    return f"{number} due moment{'s' if count != 1 else ''}"


def _ago(late: timedelta) -> str:
    seconds = int(late.total_seconds())
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
