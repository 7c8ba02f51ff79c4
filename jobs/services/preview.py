"""The next fire times of a schedule table, before anything is saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jobs.models import Schedule
from jobs.services.drafts import Draft, default_zone
from jobs.services.unchanged import kept_timing
from jobs.timing import clock
from jobs.timing import table as tables
from jobs.timing.table import Timing
from plugins.exceptions import BadInput
from plugins.jobfile import check_name, name_key

Saved = Mapping[str, Schedule]
"""The present schedules of a job, by their names."""


@dataclass(frozen=True)
class Preview:
    timing: Timing
    moments: list[datetime]
    notes: list[str]

    @property
    def text(self) -> str:
        return self.timing.text


def saved_schedules(job: str) -> dict[str, Schedule]:
    """Of the present job of this name; one query. None of what cannot be a name, as that of a job still to be made."""
    try:
        key = name_key(check_name(job))
    except BadInput:
        return {}
    rows = Schedule.objects.present().filter(job__deleted_at__isnull=True, job__name_key=key)
    return {row.name: row for row in rows}


def preview_schedule(
    table: dict[str, Any],
    *,
    start: datetime | None = None,
    count: int = 10,
    saved: Saved | None = None,
    position: int = 0,
) -> Preview:
    """Read the table (BadInput as on save) and list its next `count` moments after start (now).

    saved: of the job whose table this is; one that says the same as its row counts from where the row does.
    """
    start = start or clock.now()
    timing = tables.read_schedule(
        table, path="schedule", default_zone=default_zone(), created=start, position=position
    )
    return _preview(_as_saved(timing, table, saved or {}, position), start, count)


def preview_draft(draft: Draft, *, count: int = 10, saved: Saved | None = None) -> list[Preview]:
    """Of each schedule of a job file that was checked, but is not saved. saved: as in preview_schedule."""
    now, written = clock.now(), draft.checked.jobfile.schedules
    return [
        _preview(_as_saved(timing, written[position], saved or {}, position), now, count)
        for position, timing in enumerate(draft.timings)
    ]


def _as_saved(timing: Timing, table: Mapping[str, Any], saved: Saved, position: int) -> Timing:
    row = saved.get(timing.name)
    return (kept_timing(row, table, position) if row else None) or timing


def _preview(timing: Timing, start: datetime, count: int) -> Preview:
    moments = tables.preview(timing, start, count)
    return Preview(timing, moments, [*timing.notes, *tables.notes(timing, moments)])
