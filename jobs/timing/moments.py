"""Moments that users write: TOML dates and ISO texts; naive ones are wall times of the schedule's zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from jobs.timing import zones
from jobs.timing.zones import FIRST_YEAR, LAST_YEAR, TICK
from plugins.words import kind, shown

Written = datetime | date
"""As the user wrote it: naive, aware, or only a day."""

LONGEST = 40


def read(value: Any) -> Written:
    """Raises ValueError with a message for the user."""
    if isinstance(value, str):
        written: Written = _read_text(value)
    elif isinstance(value, date):
        written = value
    else:
        what = "only a time of day" if isinstance(value, time) else kind(value)
        raise ValueError(f"must be a date and time, not {what}")
    if not _is_near(written) or (isinstance(written, datetime) and not _is_near(_in_utc(written))):
        raise ValueError(f"{shown(value)} is outside the years {FIRST_YEAR}-{LAST_YEAR}")
    return written


def _is_near(written: Written) -> bool:
    return FIRST_YEAR <= written.year <= LAST_YEAR


def _in_utc(written: datetime) -> datetime:
    return written.astimezone(UTC) if written.tzinfo else written


def _read_text(text: str) -> Written:
    try:
        if len(text) > LONGEST:
            raise ValueError
        return (
            datetime.fromisoformat(text) if "T" in text.upper() or ":" in text else date.fromisoformat(text)
        )
    except ValueError:
        message = f"{shown(text)} is not a date and time of the years {FIRST_YEAR}-{LAST_YEAR}"
        raise ValueError(message) from None


def stored(written: Written) -> str:
    """The normal form in a spec: a wall time stays a wall time, others are told in UTC."""
    if isinstance(written, datetime) and written.tzinfo is not None:
        return _in_utc(written).isoformat().replace("+00:00", "Z")
    return written.isoformat()


def begin(written: Written, zone: str) -> datetime:
    """The moment in UTC; of a day its beginning, of a wall time in a gap the moment right after it."""
    if not isinstance(written, datetime):
        written = datetime.combine(written, time())
    if written.tzinfo is not None:
        return written.astimezone(UTC)
    return zones.locate(zone, written)[0]


def end(written: Written, zone: str) -> datetime:
    """The last moment that is still meant: of a day its last microsecond."""
    if isinstance(written, datetime):
        return begin(written, zone)
    return begin(written + timedelta(days=1), zone) - TICK


def blackout(text: str, zone: str) -> tuple[datetime, datetime]:
    """[from, to) of "2026-12-24/2026-12-26" (both days whole) or of two times. Raises ValueError."""
    first, slash, last = text.partition("/")
    if not slash:
        raise ValueError(f"{shown(text)} is not a span: from/to")
    opens, until = begin(read(first), zone), read(last)
    closes = begin(until, zone) if isinstance(until, datetime) else end(until, zone) + TICK
    if closes <= opens:
        raise ValueError(f"{shown(text)} ends before it begins")
    return opens, closes


def ceiled(moment: datetime) -> datetime:
    """Rounded up to a whole second."""
    whole = moment.replace(microsecond=0)
    return whole if whole == moment else whole + timedelta(seconds=1)
