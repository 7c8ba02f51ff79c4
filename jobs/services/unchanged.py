"""What stays as it is when a text is saved again: the zone and the anchor of a schedule that asks for nothing new."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from jobs.models import Schedule
from jobs.services.drafts import default_zone
from jobs.timing import zones
from jobs.timing.table import Timing, read_schedule
from jobs.timing.words import describe
from plugins import jobfile
from plugins.exceptions import BadInput


def kept_timing(row: Schedule, table: Mapping[str, Any], position: int) -> Timing | None:
    """The table as the row has it, its anchor too; None when it asks for something else, and is planned anew."""
    as_before = _as_before(row, table, position)
    return as_before if row.says_the_same_as(as_before) else None


def _as_before(row: Schedule, table: Mapping[str, Any], position: int) -> Timing:
    """The table as it was read when the row was written: with its anchor, and its zone where the text names none."""
    zone = row.timezone if _keeps_zone(row, table) else default_zone()
    path = f"schedule[{position}]"
    timing = read_schedule(
        dict(table), path=path, default_zone=zone, created=row.created_at, position=position
    )
    text = describe(timing.trigger, timing.spec, timing.timezone, default_zone())
    return replace(timing, text=text)


def _keeps_zone(row: Schedule, table: Mapping[str, Any]) -> bool:
    """The server's zone was another one then, and neither the text of then nor this one names any. row.position: in the
    text of then."""
    if row.timezone == default_zone() or row.timezone not in zones.names() or "timezone" in table:
        return False
    then = _tables_of(row.job.toml)
    return row.position < len(then) and "timezone" not in then[row.position]


@lru_cache(maxsize=8)
def _tables_of(toml: str) -> list[dict[str, Any]]:
    """The schedules of a stored text; none when it no longer passes. Once for all rows of a job."""
    try:
        return jobfile.parse(toml).schedules
    except BadInput:
        return []
