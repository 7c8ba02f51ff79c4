"""The next fire times of a schedule table, before anything is saved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jobs.services.drafts import Draft, default_zone
from jobs.timing import clock
from jobs.timing import table as tables


@dataclass(frozen=True)
class Preview:
    text: str
    moments: list[datetime]
    notes: list[str]


def preview_schedule(table: dict[str, Any], *, start: datetime | None = None, count: int = 10) -> Preview:
    """Read the table (BadInput as on save) and list its next `count` moments after start (now)."""
    start = start or clock.now()
    timing = tables.read_schedule(table, path="schedule", default_zone=default_zone(), created=start)
    moments = tables.preview(timing, start, count)
    return Preview(timing.text, moments, [*timing.notes, *tables.notes(timing, moments)])


def preview_draft(draft: Draft, *, count: int = 10) -> list[Preview]:
    """Of each schedule of a job file that was checked, but is not saved."""
    now = clock.now()
    told = []
    for timing in draft.timings:
        moments = tables.preview(timing, now, count)
        told.append(Preview(timing.text, moments, [*timing.notes, *tables.notes(timing, moments)]))
    return told
