"""A trigger as a sentence in plain English: "Every day at 04:30", "Mondays at 21:00, Shanghai time"."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from jobs.timing import moments, zones
from jobs.timing.cron import read_expression
from jobs.timing.cronwords import clock_time, sentence
from jobs.timing.speech import noted, say

UNITS = (
    (noted("Every day"), noted("Every %(n)s days"), 86400),
    (noted("Every hour"), noted("Every %(n)s hours"), 3600),
    (noted("Every minute"), noted("Every %(n)s minutes"), 60),
    (noted("Every second"), noted("Every %(n)s seconds"), 1),
)
SHORT_DAYS = (
    noted("Sun"), noted("Mon"), noted("Tue"), noted("Wed"), noted("Thu"), noted("Fri"), noted("Sat"),
)  # fmt: skip
SHORT_MONTHS = (
    noted("Jan"), noted("Feb"), noted("Mar"), noted("Apr"), noted("May"), noted("Jun"),
    noted("Jul"), noted("Aug"), noted("Sep"), noted("Oct"), noted("Nov"), noted("Dec"),
)  # fmt: skip
LONGEST = 300
ZONED = ("cron", "date")
"""Triggers whose sentence names a zone that is not the default."""


def describe(trigger: str, spec: Mapping[str, Any], timezone: str, default_zone: str) -> str:
    """The sentence, at most some 300 characters; the zone is told where it matters and is not the default."""
    text = WRITERS[trigger](spec, timezone)
    if len(text) > LONGEST:
        text = say("By the expression %(expression)s", expression=spec["expression"])
    if timezone != default_zone and trigger in ZONED:
        text = say("%(text)s, %(zone)s", text=text, zone=zone_name(timezone))
    return text + _bounds(spec, timezone)


def zone_name(timezone: str) -> str:
    """`Shanghai time`; `UTC`."""
    if timezone in ("UTC", "Etc/UTC"):
        return "UTC"
    area, _, city = timezone.rpartition("/")
    return say("%(city)s time", city=city.replace("_", " ") if area and area != "Etc" else timezone)


def short_day(day: date) -> str:
    """`Sun 25 Oct`."""
    weekday, month = say(SHORT_DAYS[day.isoweekday() % 7]), say(SHORT_MONTHS[day.month - 1])
    return say("%(weekday)s %(day)d %(month)s", weekday=weekday, day=day.day, month=month)


def moment_name(written: moments.Written, timezone: str) -> str:
    """`24 Dec 2026 at 18:00`, as the zone's clock shows it; a day without its time."""
    if not isinstance(written, datetime):
        month = say(SHORT_MONTHS[written.month - 1])
        return say("%(day)d %(month)s %(year)d", day=written.day, month=month, year=written.year)
    wall = zones.wall_at(timezone, written) if written.tzinfo else written
    time = clock_time(wall.hour, wall.minute, wall.second)
    return say("%(day)s at %(time)s", day=moment_name(wall.date(), timezone), time=time)


def span(seconds: float) -> str:
    """`30d`, `90m`, `1.5s`: as a job file has it, in the largest unit that needs no fraction."""
    sizes = {"d": 86400, "h": 3600, "m": 60}
    unit = next((unit for unit, size in sizes.items() if seconds and seconds % size == 0), "s")
    return f"{seconds / sizes.get(unit, 1):.12g}{unit}"


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
    parts = []
    if "start" in spec:
        parts.append(say(", from %(moment)s", moment=moment_name(moments.read(spec["start"]), timezone)))
    if "end" in spec:
        parts.append(say(", until %(moment)s", moment=moment_name(moments.read(spec["end"]), timezone)))
    blackouts = spec.get("blackout", [])
    if len(blackouts) == 1:
        first, last = (moment_name(moments.read(side), timezone) for side in blackouts[0].split("/"))
        parts.append(say(", not from %(first)s to %(last)s", first=first, last=last))
    elif blackouts:
        parts.append(say(", not in %(n)d blackouts", n=len(blackouts)))
    return "".join(parts)


def _cron(spec: Mapping[str, Any], timezone: str) -> str:
    expression = read_expression(spec["expression"])
    return sentence(expression, expression.needs_both_days or spec.get("days") == "both")


def _interval(spec: Mapping[str, Any], timezone: str) -> str:
    seconds = spec["seconds"]
    if seconds == 86400:
        return say("Every %(n)s hours", n=24)
    once, often, size = next((unit for unit in UNITS if seconds % unit[2] == 0), UNITS[-1])
    return say(once) if seconds == size else say(often, n=f"{seconds / size:.10g}")


def _date(spec: Mapping[str, Any], timezone: str) -> str:
    return say("Once on %(moment)s", moment=moment_name(moments.read(spec["run_date"]), timezone))


def _startup(spec: Mapping[str, Any], timezone: str) -> str:
    minutes, seconds = divmod(spec["delay"], 60)
    hours, minutes = divmod(minutes, 60)
    counted = ((hours, say("h")), (minutes, say("min")), (seconds, say("s")))
    delay = " ".join(f"{count:.10g} {unit}" for count, unit in counted if count)
    return say("%(delay)s after MXX starts", delay=delay) if delay else say("When MXX starts")


WRITERS = {"cron": _cron, "interval": _interval, "date": _date, "startup": _startup}
