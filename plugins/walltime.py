"""Local time of day, for conditions: "04:30" in a zone."""

from __future__ import annotations

from datetime import datetime, time, tzinfo

Problems = list[tuple[str, str, str]]


def time_of(text: str) -> time:
    """Hours and minutes, with or without seconds. Raises ValueError."""
    if len(text) not in (5, 8) or text.count(":") != len(text) // 3 or not text.isascii():
        raise ValueError(f"{text!r} is no time of day")
    return time.fromisoformat(text)


def zone_of(name: str) -> tzinfo | None:
    """The zone by name; None, which is the machine's own, for "". Raises ValueError."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"there is no time zone {name!r}") from error


def now_in(name: str) -> datetime:
    """Aware. Raises ValueError for an unknown zone."""
    return datetime.now(zone_of(name)).astimezone(zone_of(name))


def time_problems(option: str, text: object) -> Problems:
    """For a plugin's `check`: nothing when the option is left out or a time of day."""
    if not isinstance(text, str) or "${" in text:  # what stands for another value is known in the run only
        return []
    try:
        time_of(text)
    except ValueError:
        return [(option, "must be a time of day from 00:00 to 23:59", f'{option} = "04:30"')]
    return []


def zone_problems(name: object) -> Problems:
    if not isinstance(name, str) or "${" in name:
        return []
    try:
        zone_of(name)
    except ValueError as error:
        return [("timezone", str(error), 'timezone = "Europe/Berlin"')]
    return []
