"""What becomes of a schedule that is due: which moments run, which are recorded as missed, when it is due next."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from jobs.timing.triggers import Due, Trigger

ON_TIME = timedelta(seconds=5)
"""Later than this is a misfire: nobody was there when the moment came."""
ALL_CAP = 100
"""So many moments does the policy `all` catch up at most."""


@dataclass(frozen=True)
class Moment:
    """One row to write. missed: recorded without running; reason in words, "" for a run on time."""

    at: datetime
    missed: bool = False
    reason: str = ""


@dataclass(frozen=True)
class Plan:
    moments: list[Moment] = field(default_factory=list)
    next: datetime | None = None


def plan(
    trigger: Trigger, first: datetime, now: datetime, *, misfire: str = "latest", window: float | None = None
) -> Plan:
    """first: the stored next_run_time (<= now). Arithmetic, never enumeration: a year off costs milliseconds."""
    following = trigger.after(now)
    due = trigger.due(first, now, ALL_CAP)
    fresh = [moment for moment in due.moments if now - moment <= ON_TIME]
    late = [moment for moment in due.moments if now - moment > ON_TIME]
    if not late:
        return Plan([Moment(moment) for moment in fresh], following)
    late_rows = _caught_up(due, late, len(fresh), now, misfire, window)
    return Plan([*late_rows, *(Moment(moment) for moment in fresh)], following)


def _caught_up(
    due: Due, late: list[datetime], fresh: int, now: datetime, misfire: str, window: float | None
) -> list[Moment]:
    """At most one summary row for what does not run, then what runs late."""
    wanted = [moment for moment in late if window is None or now - moment <= timedelta(seconds=window)]
    chosen = {"skip": [], "latest": wanted[-1:], "all": wanted}[misfire]
    passed = due.count - fresh - len(chosen)
    rows = [Moment(moment, reason=_late(moment, now)) for moment in chosen]
    if not passed:
        return rows
    rest = [moment for moment in late if moment not in chosen]
    last = rest[-1] if rest else late[0]
    return [Moment(last, missed=True, reason=_missed(passed, due.exact, misfire, bool(chosen))), *rows]


def _late(moment: datetime, now: datetime) -> str:
    return f"late: was due {_ago(now - moment)} ago"


def _missed(count: int, exact: bool, misfire: str, merged: bool) -> str:
    number = f"{count}" if exact else f"more than {count}"
    what = f"{number} due moment{'s' if count != 1 else ''} passed while nobody was there"
    if merged:
        return f"{what}; " + (
            "merged into one late run" if misfire == "latest" else f"the newest {ALL_CAP} run late"
        )
    return f"{what}; misfire policy is {misfire!r}"


def _ago(late: timedelta) -> str:
    seconds = int(late.total_seconds())
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
