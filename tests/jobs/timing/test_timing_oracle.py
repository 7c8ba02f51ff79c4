"""CronTrigger against an oracle that walks every local minute (or second) with zoneinfo and nothing else.

The oracle shares no code with what it judges: its own reading of fields, its own search for clock changes, and
Debian's rule written down a second time.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from jobs.timing.triggers import CronTrigger

HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)

# Zone, first and last year: changes at 02:00, at midnight, by half an hour, by a whole day, in Ramadan, on a Friday.
ZONES = [
    ("America/New_York", 2005, 2008),
    ("Europe/Berlin", 2025, 2027),
    ("Australia/Lord_Howe", 2025, 2027),
    ("Pacific/Apia", 2010, 2012),
    ("America/Havana", 2024, 2026),
    ("Africa/Cairo", 2023, 2026),
    ("Africa/Casablanca", 2026, 2027),
    ("America/Nuuk", 2023, 2026),
    ("Asia/Kathmandu", 1985, 1986),
    ("America/Caracas", 2007, 2016),
]

# Changes at 02:45, and at midnight in both directions.
AROUND = ["Pacific/Chatham", "Asia/Beirut", "America/Santiago"]

FIXED = [
    "30 2 * * *",
    "0 0 * * *",
    "45 1 * * *",
    "30 23 * * *",
    "5,35 0-3 * * *",
    "15 0-23/2 * * 0,6",
    "0-10 2 13,29 * *",
]
REAL = [
    "45 * * * *",
    "*/15 * * * *",
    "30 */2 * * *",
    "*/10 2 * * *",
    "20 * * * 7",
    "*/30 0-3 25-31 3,10 *",
    "*/30 2 25 10 *",
]


def numbers(field: str, low: int, high: int) -> set[int]:
    found: set[int] = set()
    for item in field.split(","):
        span, _, step = item.partition("/")
        first, _, last = (f"{low}-{high}" if span == "*" else span).partition("-")
        found |= set(range(int(first), int(last or first) + 1, int(step or 1)))
    return found


class Rule:
    """An expression as plain sets."""

    def __init__(self, expression: str) -> None:
        *seconds, minute, hour, day, month, weekday = expression.split()
        self.seconds = numbers(seconds[0], 0, 59) if seconds else {0}
        self.minutes, self.hours = numbers(minute, 0, 59), numbers(hour, 0, 23)
        self.days, self.months = numbers(day, 1, 31), numbers(month, 1, 12)
        self.weekdays = {number % 7 for number in numbers(weekday, 0, 7)}
        self.real_time = minute[0] == "*" or hour[0] == "*"
        self.either_day = day[0] != "*" and weekday[0] != "*"

    def matches(self, wall: datetime) -> bool:
        if wall.minute not in self.minutes or wall.hour not in self.hours or wall.second not in self.seconds:
            return False
        of_month, of_week = wall.day in self.days, wall.isoweekday() % 7 in self.weekdays
        day = of_month or of_week if self.either_day else of_month and of_week
        return day and wall.month in self.months


def walk(zone: str, start: datetime, end: datetime, step: timedelta) -> list[tuple[datetime, datetime]]:
    """(moment, wall time) of each step in [start, end)."""
    place, count = ZoneInfo(zone), (end - start) // step
    moments = (start + number * step for number in range(count))
    return [(moment, moment.astimezone(place).replace(tzinfo=None, fold=0)) for moment in moments]


def expected(expression: str, walked: list[tuple[datetime, datetime]], step: timedelta) -> list[datetime]:
    rule = Rule(expression)
    if rule.real_time:
        return [moment for moment, wall in walked if rule.matches(wall)]
    return sorted({moment for moment, wall in all_walls(walked, step) if rule.matches(wall)})


def all_walls(
    walked: list[tuple[datetime, datetime]], step: timedelta
) -> Iterator[tuple[datetime, datetime]]:
    """Each wall time once, those that no clock shows too: at the first moment that shows it or, failing that, a later one.

    Days that the zone has never seen (the date line) are left out.
    """
    days = {wall.date() for _, wall in walked}
    latest = walked[0][1] - step
    for moment, wall in walked:
        while latest + step <= wall:
            latest += step
            if latest.date() in days:
                yield moment, latest


def changes(zone: str, years: Iterable[int]) -> Iterator[datetime]:
    """Each hour before which the offset was another one."""
    place = ZoneInfo(zone)
    for year in years:
        moment, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
        before = moment.astimezone(place).utcoffset()
        while moment < end:
            moment += HOUR
            after = moment.astimezone(place).utcoffset()
            if after != before:
                yield moment
            before = after


@cache
def walks(zone: str, first: int, last: int) -> list[list[tuple[datetime, datetime]]]:
    """The minutes of two days around each change."""
    around = ((change - 36 * HOUR, change + 30 * HOUR) for change in changes(zone, range(first, last + 1)))
    return [walk(zone, start, end, MINUTE) for start, end in around]


def chain(trigger: CronTrigger, start: datetime, end: datetime) -> list[datetime]:
    found, moment = [], trigger.after(start - SECOND)
    while moment is not None and moment < end:
        found.append(moment)
        moment = trigger.after(moment)
    return found


@pytest.mark.parametrize("expression", FIXED + REAL)
@pytest.mark.parametrize(("zone", "first", "last"), ZONES)
def test_after_agrees_with_a_walk_through_every_local_minute(
    zone: str, first: int, last: int, expression: str
) -> None:
    trigger = CronTrigger(expression, zone)
    for walked in walks(zone, first, last):
        start, end = walked[0][0], walked[-1][0] + MINUTE
        assert chain(trigger, start, end) == expected(expression, walked, MINUTE)


@pytest.mark.parametrize("expression", FIXED + REAL)
@pytest.mark.parametrize(("zone", "first", "last"), ZONES)
def test_due_looks_back_on_the_same_moments(zone: str, first: int, last: int, expression: str) -> None:
    for walked in walks(zone, first, last):
        start, end = walked[0][0], walked[-1][0]
        wanted = expected(expression, walked, MINUTE)
        due = CronTrigger(expression, zone).due(start, end, 1000)
        assert (due.count, due.exact, due.moments) == (len(wanted), True, wanted)


@pytest.mark.parametrize(
    "expression", ["30 2 * * *", "45 1 * * *", "45 * * * *", "*/15 * * * *", "5,35 0-3 * * *"]
)
@pytest.mark.parametrize(("zone", "first", "last"), ZONES)
def test_any_moment_lies_between_the_due_ones_before_and_after_it(
    zone: str, first: int, last: int, expression: str
) -> None:
    trigger, pick = CronTrigger(expression, zone), random.Random(7)
    for walked in walks(zone, first, last):
        wanted = expected(expression, walked, MINUTE)
        for asked, _ in pick.sample(walked, 20):
            asked += timedelta(seconds=pick.uniform(0, 59.9))
            later = [moment for moment in wanted if moment > asked]
            assert not later or trigger.after(asked) == later[0]
            earlier = [moment for moment in wanted if moment <= asked]
            assert trigger.due(walked[0][0], asked, 3).moments == earlier[-3:]


def any_expression(pick: random.Random) -> str:
    """Of the hours in which clocks change, and mostly quiet for days before and after a change."""
    minute = pick.choice(["*/10", "*/30", "*", "0", "15", "45", "5,35", "0-10/5"])
    hour = pick.choice(["*", "*/2", "0", "1", "2", "3", "23", "0-3", "1,2"])
    day, month = pick.choice(["*", "*", "*", "25-31", "1-7", "25"]), pick.choice(["*", "*", "3,10", "4-9"])
    return f"{minute} {hour} {day} {month} {pick.choice(['*', '7', '7', '6,7', '5'])}"


@pytest.mark.parametrize("zone", [*AROUND, *(zone for zone, *_ in ZONES)])
def test_due_names_the_moments_that_after_walks_through_whatever_the_span(zone: str) -> None:
    pick, years = random.Random(zone), {name: [first, last] for name, first, last in ZONES}
    around = list(changes(zone, years.get(zone, [2026, 2027])))
    for _ in range(100):
        expression, change = any_expression(pick), pick.choice(around)
        start = change - timedelta(hours=pick.uniform(-10, 240))
        end = max(start, change) + timedelta(hours=pick.uniform(0, 240))
        trigger = CronTrigger(expression, zone)
        newest = chain(trigger, start, end)[-50:]
        assert trigger.due(start, end, 50).moments == newest, (expression, start, end)


def test_a_first_pass_days_away_from_both_ends_of_a_span_is_due() -> None:
    span = datetime(2026, 10, 24, tzinfo=UTC), datetime(2026, 10, 28, tzinfo=UTC)
    assert CronTrigger("*/10 2 * * SUN", "Europe/Berlin").due(*span, 100).count == 12


SECONDS = [
    "15 30 2 * * *",
    "*/20 45 1 * * *",
    "30 */10 * * * *",
    "0,59 59 * * * *",
    "*/7 * 2 * * *",
    "10 15 0-4 * * *",
]


@pytest.mark.parametrize("expression", SECONDS)
@pytest.mark.parametrize(
    ("zone", "change"),
    [
        ("Europe/Berlin", datetime(2026, 3, 29, 1, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2026, 10, 25, 1, tzinfo=UTC)),
        ("Australia/Lord_Howe", datetime(2026, 4, 4, 15, tzinfo=UTC)),
        ("Australia/Lord_Howe", datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
    ],
)
def test_six_fields_agree_with_a_walk_through_every_second(
    zone: str, change: datetime, expression: str
) -> None:
    start, end = change - 3 * HOUR, change + 3 * HOUR
    wanted = expected(expression, walk(zone, start, end, SECOND), SECOND)
    trigger = CronTrigger(expression, zone)
    assert chain(trigger, start, end) == wanted
    assert trigger.due(start, end - SECOND, 2000).moments == wanted


@pytest.mark.parametrize("hour", range(24))
@pytest.mark.parametrize(("zone", "first", "last"), ZONES)
def test_a_daily_job_runs_exactly_once_on_every_local_day(
    zone: str, first: int, last: int, hour: int
) -> None:
    place = ZoneInfo(zone)
    start = datetime(first, 1, 1, tzinfo=place)
    noons = (datetime(first, 1, 1, 12, tzinfo=UTC) + timedelta(days=number) for number in range(363))
    days = sorted({noon.astimezone(place).date() for noon in noons})
    due = CronTrigger(f"17 {hour} * * *", zone).due(start, start + timedelta(days=363), 400)
    assert [day_of(moment, place) for moment in due.moments][:360] == days[:360]


def day_of(moment: datetime, place: ZoneInfo) -> date:
    """The day it belongs to: a run right after a gap that ended a day belongs to that day."""
    before = (moment - MINUTE).astimezone(place)
    after = moment.astimezone(place)
    return before.date() if after.utcoffset() != before.utcoffset() and after.hour == 0 else after.date()
