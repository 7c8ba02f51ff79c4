"""The next fire times of a schedule table, before anything is saved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jobs.services.drafts import default_zone
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
