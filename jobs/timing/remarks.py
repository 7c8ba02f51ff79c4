"""What a user should know about a schedule although nothing in it is wrong."""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime

from jobs.timing import clock, moments, zones
from jobs.timing.cron import read_expression
from jobs.timing.cronwords import nth
from jobs.timing.plan import Timing
from jobs.timing.speech import say
from jobs.timing.words import moment_name

COMMON_YEAR = 2001


def remarks(timing: Timing) -> list[str]:
    """One sentence each; empty for most schedules."""
    if timing.trigger == "startup":
        return []
    if timing.trigger_object.after(clock.now()) is None:
        return [_why_no_more(timing)]
    written = {"cron": _of_cron, "date": _of_date}.get(timing.trigger)
    return written(timing) if written else []


def _why_no_more(timing: Timing) -> str:
    if timing.trigger == "date" and moments.begin(_run_date(timing), timing.timezone) <= clock.now():
        moment = moment_name(_run_date(timing), timing.timezone)
        return say("%(moment)s is in the past: it will never run", moment=moment)
    return say("start, end and blackout leave no moment in the future: it will never run")


def _of_cron(timing: Timing) -> list[str]:
    *_, day, month, weekday = read_expression(timing.spec["expression"]).fields
    if not weekday.free or day.special or not day.values:
        return []
    number = day.values[0]
    if number <= min(monthrange(COMMON_YEAR, value)[1] for value in month.values):
        return []
    told = say(
        "months without a %(nth)s are left out; L is the last day of every month", nth=nth(number), n=number
    )
    return [told]


def _of_date(timing: Timing) -> list[str]:
    written = _run_date(timing)
    if not isinstance(written, datetime) or written.tzinfo is not None:
        return []
    first = written.replace(tzinfo=zones.zone_of(timing.timezone), fold=0)
    if first.utcoffset() == first.replace(fold=1).utcoffset():
        return []
    moment = moment_name(written, timing.timezone)
    return [say("the clock goes back: %(moment)s comes twice, it runs the first time", moment=moment)]


def _run_date(timing: Timing) -> moments.Written:
    return moments.read(timing.spec["run_date"])
