"""Debian cron's rule at clock changes, one example a promise (the oracle test has the rest)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from jobs.timing.triggers import CronTrigger

BERLIN = ZoneInfo("Europe/Berlin")


def local(expression: str, zone: str, start: datetime, count: int) -> list[str]:
    """The next moments as the zone's clock shows them."""
    trigger, told = CronTrigger(expression, zone), []
    moment = start.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) - timedelta(seconds=1)
    for _ in range(count):
        following = trigger.after(moment)
        assert following is not None
        moment = following
        told.append(f"{moment.astimezone(ZoneInfo(zone)):%d %H:%M %z}")
    return told


def test_a_time_in_the_gap_runs_right_after_it() -> None:
    assert local("30 2 * * *", "Europe/Berlin", datetime(2026, 3, 28), 3) == [
        "28 02:30 +0100",
        "29 03:00 +0200",
        "30 02:30 +0200",
    ]


def test_several_times_in_one_gap_run_once() -> None:
    assert local("0,30 2,3 * * *", "Europe/Berlin", datetime(2026, 3, 29), 3) == [
        "29 03:00 +0200",
        "29 03:30 +0200",
        "30 02:00 +0200",
    ]


def test_seconds_in_the_gap_run_once_too() -> None:
    trigger = CronTrigger("15,45 30 2 * * *", "Europe/Berlin")
    day = datetime(2026, 3, 29, tzinfo=BERLIN)
    due = trigger.due(day, day.replace(day=30), 10)
    assert due.moments == [datetime(2026, 3, 29, 1, 0, tzinfo=UTC)]


def test_a_time_in_the_fold_runs_the_first_time_only() -> None:
    assert local("30 2 * * *", "Europe/Berlin", datetime(2026, 10, 25), 2) == [
        "25 02:30 +0200",
        "26 02:30 +0100",
    ]


def test_asked_inside_the_second_pass_no_earlier_moment_is_answered() -> None:
    second_pass = datetime(2026, 10, 25, 1, 10, tzinfo=UTC)
    assert CronTrigger("15 2 * * *", "Europe/Berlin").after(second_pass) == datetime(
        2026, 10, 26, 1, 15, tzinfo=UTC
    )


def test_a_starred_minute_follows_real_time_through_the_fold() -> None:
    assert local("*/30 2 * * *", "Europe/Berlin", datetime(2026, 10, 25), 4) == [
        "25 02:00 +0200",
        "25 02:30 +0200",
        "25 02:00 +0100",
        "25 02:30 +0100",
    ]


def test_a_starred_minute_leaves_the_gap_out() -> None:
    assert local("*/30 2 * * *", "Europe/Berlin", datetime(2026, 3, 29), 1) == ["30 02:00 +0200"]


def test_every_hour_is_an_hour_through_half_an_hour_of_fold() -> None:
    assert local("45 * * * *", "Australia/Lord_Howe", datetime(2026, 4, 5, 0, 30), 4) == [
        "05 00:45 +1100",
        "05 01:45 +1100",
        "05 01:45 +1030",
        "05 02:45 +1030",
    ]


def test_midnight_is_not_lost_where_the_clock_jumps_at_midnight() -> None:
    assert local("0 0 * * *", "America/Havana", datetime(2026, 3, 7), 3) == [
        "07 00:00 -0500",
        "08 01:00 -0400",
        "09 00:00 -0400",
    ]


def test_new_york_loses_no_day_in_spring() -> None:
    days = local("0 0 * * *", "America/New_York", datetime(2026, 3, 7), 4)
    assert [day[:2] for day in days] == ["07", "08", "09", "10"]


def test_a_gap_at_the_end_of_a_day_runs_at_the_next_midnight() -> None:
    assert local("30 23 * * *", "America/Nuuk", datetime(2026, 3, 28), 2) == [
        "29 00:00 -0100",
        "29 23:30 -0100",
    ]


def test_a_day_that_apia_never_had_is_not_made_up_for() -> None:
    assert local("30 10 * * *", "Pacific/Apia", datetime(2011, 12, 29), 2) == [
        "29 10:30 -1000",
        "31 10:30 +1400",
    ]


def test_an_aware_moment_of_any_zone_may_be_asked_for() -> None:
    asked = datetime(2026, 10, 25, 2, 10, tzinfo=BERLIN, fold=1)
    trigger = CronTrigger("15 * * * *", "Europe/Berlin")
    assert trigger.after(asked) == datetime(2026, 10, 25, 1, 15, tzinfo=UTC)
    assert trigger.due(asked - timedelta(hours=5), asked, 1).moments == [
        datetime(2026, 10, 25, 0, 15, tzinfo=UTC)
    ]
