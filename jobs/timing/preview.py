"""The next fire times of a schedule, and which of them meet a clock change."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from jobs.timing import zones
from jobs.timing.cron import read_expression
from jobs.timing.cronwords import clock_time
from jobs.timing.plan import Timing
from jobs.timing.speech import say
from jobs.timing.words import short_day
from jobs.timing.zones import SECOND

FAR = timedelta(days=400)
"""A list longer than this tells only the changes on the days it shows."""


def preview(timing: Timing, start: datetime, count: int) -> list[datetime]:
    """The next `count` due moments strictly after start, in UTC; none for a startup schedule."""
    moments: list[datetime] = []
    upcoming = timing.trigger_object.after(start)
    while upcoming is not None and len(moments) < count:
        moments.append(upcoming)
        upcoming = timing.trigger_object.after(upcoming)
    return moments


def notes(timing: Timing, moments: list[datetime]) -> list[str]:
    """`Sun 25 Oct: the clock goes back`, for each change within the days of these moments."""
    if not moments:
        return []
    days = {zones.wall_at(timing.timezone, moment).date() for moment in moments}
    told = []
    for change, jump in _changes(timing.timezone, moments[0], moments[-1]):
        day = _day(timing.timezone, change, jump)
        if day in days or moments[-1] - moments[0] < FAR:
            year = f" {day.year}" if day.year != moments[0].year else ""
            what = _told(timing, change, jump, change in moments)
            told.append(say("%(day)s: %(what)s", day=short_day(day) + year, what=what))
    return told


def _day(zone: str, change: datetime, jump: timedelta) -> date:
    """Whose times change: at midnight a jump forward takes them from the day that begins, one back adds to the day that ends."""
    if jump < timedelta():
        return zones.wall_at(zone, change - SECOND).date()
    return (zones.wall_at(zone, change) - jump).date()


def _changes(zone: str, first: datetime, last: datetime) -> list[tuple[datetime, timedelta]]:
    """From the beginning of the first day to the end of the last one."""
    opens = first - timedelta(hours=first.astimezone(zones.zone_of(zone)).hour)
    closes = last + timedelta(hours=23 - last.astimezone(zones.zone_of(zone)).hour)
    return list(zones.changes(zone, opens, closes))


def _told(timing: Timing, change: datetime, jump: timedelta, is_due: bool) -> str:
    if jump < timedelta():
        return say("the clock goes back")
    if (
        is_due
        and timing.trigger == "cron"
        and not read_expression(timing.spec["expression"]).follows_real_time
    ):
        closes = zones.wall_at(timing.timezone, change)
        opens, at = closes - jump, clock_time(closes.hour, closes.minute)
        return say(
            "the clock goes forward; what is due from %(opens)s on runs at %(at)s",
            opens=clock_time(opens.hour, opens.minute),
            at=at,
        )
    return say("the clock goes forward")
