"""The keys that belong to one trigger, read into its spec (plan.Timing tells the shapes)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time
from functools import partial
from typing import Any

from jobs.timing import fieldform, moments, zones
from jobs.timing.cron import CronError, Expression, read_expression, tidy
from jobs.timing.cronwords import MONTHS, nth
from jobs.timing.reading import Reader
from jobs.timing.walls import ANY, walls_after
from plugins.jobtable import seconds
from plugins.words import listed, shown

SIZES = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400, "weeks": 604800, "interval_seconds": 1}
SHORTEST, LONGEST = 1, 366 * 86400

OWN_KEYS: dict[str, tuple[str, ...]] = {
    "cron": ("expression", *fieldform.KINDS),
    "interval": (*SIZES, "anchor"),
    "date": ("run_date",),
    "startup": ("delay",),
}

EXPRESSION = "30 4 * * MON-FRI"
FIELDS = {"second": 0, "minute": 30, "hour": 4, "day_of_week": '"mon-fri"', "day": 1, "month": 12}
RUN_DATE = "2026-12-24T18:00:00"


def _cron(reader: Reader, zone: str, created: datetime) -> dict[str, Any]:
    fields = [key for key in fieldform.KINDS if key in reader]
    if "expression" in reader and fields:
        reader.fail(fields[0], "mixed", "give an expression or single fields, not both", EXPRESSION)
        return {}
    if fields:
        return _field_form(reader, fields)
    if "expression" not in reader and not reader.problems:
        reader.fail("expression", "missing", "is missing: when should it run?", EXPRESSION)
    return _expression(reader)


def _expression(reader: Reader) -> dict[str, Any]:
    text = reader.text("expression", EXPRESSION)
    if text is None:
        return {}
    try:
        expression = read_expression(text)
    except CronError as error:
        for message in error.messages:
            reader.fail("expression", "cron", message, EXPRESSION)
        return {}
    spec = {"expression": tidy(text)}
    _refuse_never(reader, "expression", expression, spec)
    return spec


def _field_form(reader: Reader, keys: list[str]) -> dict[str, Any]:
    given: dict[str, str] = {}
    for key in keys:
        text = reader.read(key, partial(fieldform.read_value, key), "cron", str(FIELDS[key]))
        given |= {key: text} if text is not None else {}
    if len(given) < len(keys):
        return {}
    spec = {"expression": fieldform.expression(given)}
    if not read_expression(spec["expression"]).needs_both_days and {"day", "day_of_week"} <= given.keys():
        spec["days"] = "both"
    _refuse_never(reader, "day", read_expression(spec["expression"]), spec)
    return spec


def _refuse_never(reader: Reader, key: str, expression: Expression, spec: dict[str, Any]) -> None:
    both = spec.get("days") == "both"
    if next(walls_after(spec["expression"], both, ANY), None) is None:
        reader.fail(
            key, "never", f"never happens: {_why_never(expression)}", "0 0 28 2 *" if key != "day" else "28"
        )


def _why_never(expression: Expression) -> str:
    *_, day, month, weekday = expression.fields
    if day.special or not weekday.free or not day.values:
        return "no such day comes within 50 years"
    names = [MONTHS[value - 1] for value in month.values]
    return f"{listed(names, 'and')} {'has' if len(names) == 1 else 'have'} no {nth(day.values[0])}"


def _interval(reader: Reader, zone: str, created: datetime) -> dict[str, Any]:
    keys = [key for key in SIZES if key in reader]
    if "interval_seconds" in keys and len(keys) > 1:
        reader.fail(
            "interval_seconds", "mixed", f"say it once: with it, or with {listed(keys[:-1], 'and')}", "900"
        )
    if not keys and not reader.problems:
        reader.fail("minutes", "missing", f"is missing: one of {listed(SIZES)}", "15")
    step = _step(reader, keys)
    anchor = reader.read("anchor", moments.read, "moment", RUN_DATE)
    return {"seconds": step, "anchor": moments.stored(anchor or moments.ceiled(created))}


def _step(reader: Reader, keys: list[str]) -> float:
    """The sum in seconds, a whole number where it is one."""
    before = len(reader.problems)
    total = sum(_part(reader, key) for key in keys)
    if keys and total < SHORTEST and len(reader.problems) == before:
        reader.fail(
            keys[0], "range", f"an interval is between 1 second and 366 days, not {total:g} seconds", "15"
        )
    if total > LONGEST:
        reader.fail(keys[0], "range", "an interval is between 1 second and 366 days", "15")
    return int(total) if total == int(total) else round(total, 6)


def _part(reader: Reader, key: str) -> float:
    value = reader.number(key, "15")
    if value is None:
        return 0
    if not 0 <= value <= LONGEST or value * SIZES[key] > LONGEST:
        reader.fail(key, "range", f"{shown(value)}: an interval is between 1 second and 366 days", "15")
        return 0
    return value * SIZES[key]


def _date(reader: Reader, zone: str, created: datetime) -> dict[str, Any]:
    if "run_date" not in reader and not reader.problems:
        reader.fail("run_date", "missing", "is missing: when should it run?", RUN_DATE)
    written = reader.read("run_date", moments.read, "moment", RUN_DATE)
    if written is None:
        return {}
    if not isinstance(written, datetime):
        written = datetime.combine(written, time())
    if written.tzinfo is None:
        _refuse_gap(reader, written, zone)
    return {"run_date": moments.stored(written)}


def _refuse_gap(reader: Reader, wall: datetime, zone: str) -> None:
    """A schedule for one moment should not silently get another one."""
    _, gap = zones.locate(zone, wall)
    if gap:
        jump = f"the clock goes from {gap.opens:%H:%M} to {gap.closes:%H:%M}"
        reader.fail(
            "run_date",
            "gap",
            f"{wall:%Y-%m-%d %H:%M} does not exist in {zone}: {jump}",
            gap.closes.isoformat(),
        )


def _startup(reader: Reader, zone: str, created: datetime) -> dict[str, Any]:
    delay = reader.read("delay", lambda value: seconds(value, "delay"), "duration", '"5m"') or 0.0
    return {"delay": int(delay) if delay == int(delay) else delay}


READERS: dict[str, Callable[[Reader, str, datetime], dict[str, Any]]] = {
    "cron": _cron,
    "interval": _interval,
    "date": _date,
    "startup": _startup,
}
