"""An oracle that walks ten years in quarters of an hour with zoneinfo, and shares no code with what it judges.

It takes clock changes at any quarter of an hour, as all those of ZONES are: `Walk` looks at the seconds before each.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

QUARTER, SECOND, DAY = timedelta(minutes=15), timedelta(seconds=1), timedelta(days=1)
YEARS = 10

# Zone and first year. Changes at 02:00, at midnight, by half an hour, by a quarter, by two hours, in Ramadan;
# Apia leaves 30 December 2011 out whole.
ZONES = {
    "Pacific/Apia": 2008,
    "Australia/Lord_Howe": 2018,
    "America/Havana": 2018,
    "Asia/Beirut": 2018,
    "Africa/Cairo": 2018,
    "America/Santiago": 2018,
    "America/New_York": 2018,
    "Europe/Berlin": 2018,
    "Asia/Kathmandu": 1980,
    "America/Asuncion": 2018,
    "Antarctica/Troll": 2018,
    "Africa/Casablanca": 2018,
}

TIMES = [time(hour, minute) for hour in range(24) for minute in (0, 15, 30)]
REAL = {
    "0 * * * *": lambda wall: wall.minute == 0,
    "*/30 * * * *": lambda wall: wall.minute % 30 == 0,
    "45 */3 * * *": lambda wall: wall.minute == 45 and wall.hour % 3 == 0,
    "*/15 2 * * *": lambda wall: wall.hour == 2,
}
"""Expressions that follow real time, and which wall times they name."""


@dataclass(frozen=True)
class Walk:
    """Every quarter of an hour of ten years: the moment, and the wall time that it shows."""

    zone: str
    quarters: list[tuple[datetime, datetime]]
    reached: dict[datetime, datetime]
    """Wall time -> the first moment that shows it or, where none does, the first that shows a later one."""
    days: list[date]
    """The days that were seen from their beginning to their end."""

    def once_a_day(self, at: time, days: list[date] | None = None) -> list[datetime]:
        return [self.reached[datetime.combine(day, at)] for day in days or self.days]

    def year(self, number: int) -> list[tuple[datetime, datetime]]:
        """The quarters of one of the ten years, from its local beginning on."""
        first = self.reached[datetime(ZONES[self.zone] + number, 1, 1)]
        begin = (first - self.quarters[0][0]) // QUARTER
        return self.quarters[begin : begin + 365 * DAY // QUARTER]


def walk(zone: str) -> Walk:
    """About 100 MB and a second."""
    place, first = ZoneInfo(zone), ZONES[zone]
    start = datetime(first, 1, 1, tzinfo=place).astimezone(UTC)
    count = (datetime(first + YEARS, 1, 2, tzinfo=UTC) - start) // QUARTER
    moments = [start + number * QUARTER for number in range(count)]
    quarters = [(moment, moment.astimezone(place).replace(tzinfo=None, fold=0)) for moment in moments]
    _refuse_other_changes(zone, quarters)
    seen = sorted({wall.date() for _, wall in quarters})
    return Walk(zone, quarters, dict(_reached(quarters)), seen[:-2])


def _reached(quarters: list[tuple[datetime, datetime]]) -> Iterator[tuple[datetime, datetime]]:
    latest = quarters[0][1] - QUARTER
    for moment, wall in quarters:
        while latest + QUARTER <= wall:
            latest += QUARTER
            yield latest, moment


def _refuse_other_changes(zone: str, quarters: list[tuple[datetime, datetime]]) -> None:
    """Where the offset changed, it is the old one until a second before: so nothing happens within a quarter."""
    for (_, before), (moment, wall) in pairwise(quarters):
        if wall - before != QUARTER:
            just_before = (moment - SECOND).astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)
            assert just_before == before + QUARTER - SECOND
