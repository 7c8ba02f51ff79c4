"""A trigger as a sentence in plain English: "Every day at 04:30", "Mondays at 21:00, Shanghai time"."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from jobs.timing import moments, zones
from jobs.timing.cron import read_expression
from jobs.timing.cronwords import DAYS, MONTHS, clock_time, sentence

UNITS = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))
LONGEST = 300


def describe(trigger: str, spec: Mapping[str, Any], timezone: str, default_zone: str) -> str:
    """The sentence, at most some 300 characters; the zone is told where it matters and is not the default."""
    text = WRITERS[trigger](spec, timezone)
    if len(text) > LONGEST:
        text = f"By the expression {spec['expression']}"
    if timezone != default_zone and trigger in ("cron", "date"):
        text += f", {zone_name(timezone)}"
    return text + _bounds(spec, timezone)


def zone_name(timezone: str) -> str:
    """`Shanghai time`; `UTC`."""
    if timezone in ("UTC", "Etc/UTC"):
        return "UTC"
    area, _, city = timezone.rpartition("/")
    return f"{city.replace('_', ' ') if area and area != 'Etc' else timezone} time"


def short_day(day: date) -> str:
    """`Sun 25 Oct`."""
    return f"{DAYS[day.isoweekday() % 7][:3]} {day.day} {MONTHS[day.month - 1][:3]}"


def moment_name(written: moments.Written, timezone: str) -> str:
    """`24 Dec 2026 at 18:00`, as the zone's clock shows it; a day without its time."""
    if not isinstance(written, datetime):
        return f"{written.day} {MONTHS[written.month - 1][:3]} {written.year}"
    wall = zones.wall_at(timezone, written) if written.tzinfo else written
    return f"{moment_name(wall.date(), timezone)} at {clock_time(wall.hour, wall.minute, wall.second)}"


def minute_in(zone: str, moment: datetime) -> str:
    """`2026-12-24 18:00 Europe/Berlin (2026-12-24 17:00 UTC)`; `2026-12-24 17:00 UTC`."""
    return _told_in(zone, moment, "%Y-%m-%d %H:%M")


def hour_in(zone: str, moment: datetime) -> str:
    """`18:00:00 Europe/Berlin (17:00:00 UTC)`; `17:00:00 UTC`."""
    return _told_in(zone, moment, "%H:%M:%S")


def _told_in(zone: str, moment: datetime, form: str) -> str:
    utc = f"{moment:{form}} UTC"
    return utc if zone == "UTC" else f"{zones.wall_at(zone, moment):{form}} {zone} ({utc})"


def _bounds(spec: Mapping[str, Any], timezone: str) -> str:
    parts = [
        f", {word} {moment_name(moments.read(spec[key]), timezone)}"
        for key, word in (("start", "from"), ("end", "until"))
        if key in spec
    ]
    blackouts = spec.get("blackout", [])
    if len(blackouts) == 1:
        first, last = (moment_name(moments.read(side), timezone) for side in blackouts[0].split("/"))
        parts.append(f", not from {first} to {last}")
    elif blackouts:
        parts.append(f", not in {len(blackouts)} blackouts")
    return "".join(parts)


def _cron(spec: Mapping[str, Any], timezone: str) -> str:
    expression = read_expression(spec["expression"])
    return sentence(expression, expression.needs_both_days or spec.get("days") == "both")


def _interval(spec: Mapping[str, Any], timezone: str) -> str:
    seconds = spec["seconds"]
    if seconds == 86400:
        return "Every 24 hours"
    unit, size = next((pair for pair in UNITS if seconds % pair[1] == 0), UNITS[-1])
    return f"Every {unit}" if seconds == size else f"Every {seconds / size:.10g} {unit}s"


def _date(spec: Mapping[str, Any], timezone: str) -> str:
    return f"Once on {moment_name(moments.read(spec['run_date']), timezone)}"


def _startup(spec: Mapping[str, Any], timezone: str) -> str:
    minutes, seconds = divmod(spec["delay"], 60)
    hours, minutes = divmod(minutes, 60)
    counted = ((hours, "h"), (minutes, "min"), (seconds, "s"))
    delay = " ".join(f"{count:.10g} {unit}" for count, unit in counted if count)
    return f"{delay} after MXX starts" if delay else "When MXX starts"


WRITERS = {"cron": _cron, "interval": _interval, "date": _date, "startup": _startup}
