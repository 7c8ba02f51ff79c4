"""A schedule table that is right."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from jobs.timing import clock
from jobs.timing.table import Timing, read_schedule, trigger_of
from jobs.timing.triggers import Bounded, IntervalTrigger

CREATED = datetime(2026, 11, 23, 0, 30, 0, 5, tzinfo=UTC)


def read(**table: Any) -> Timing:
    return read_schedule(table, default_zone="Europe/Berlin", created=CREATED)


@pytest.mark.parametrize(
    ("fields", "expression"),
    [
        ({"hour": 4, "minute": 30}, "30 4 * * *"),
        ({"hour": 10}, "0 10 * * *"),
        ({"minute": 30}, "30 * * * *"),
        ({"second": 15}, "15 * * * * *"),
        ({"second": 0}, "* * * * *"),
        ({"hour": 10, "second": 30}, "30 * 10 * * *"),
        ({"day": 1}, "0 0 1 * *"),
        ({"month": 2}, "0 0 1 2 *"),
        ({"day": "last", "hour": 9}, "0 9 L * *"),
        ({"day_of_week": "mon"}, "0 0 * * MON"),
        ({"day_of_week": 0, "hour": 21}, "0 21 * * MON"),
        ({"day_of_week": 6, "hour": 21}, "0 21 * * SUN"),
        ({"day_of_week": "0-4", "hour": 9}, "0 9 * * MON-FRI"),
        ({"day_of_week": "fri-sun", "hour": 9}, "0 9 * * FRI-SUN"),
        ({"day_of_week": "*/2", "hour": 9}, "0 9 * * MON,WED,FRI,SUN"),
        ({"day_of_week": "fri#2", "hour": 9}, "0 9 * * FRI#2"),
        ({"day_of_week": "*", "hour": 9}, "0 9 * * *"),
        ({"hour": "8-18", "minute": "*/15", "day_of_week": "mon-fri"}, "*/15 8-18 * * MON-FRI"),
    ],
)
def test_the_prototypes_field_form_becomes_an_expression(fields: dict[str, Any], expression: str) -> None:
    assert read(trigger="cron", **fields).spec == {"expression": expression}


def test_the_field_form_asks_for_both_days_as_apscheduler_did() -> None:
    timing = read(trigger="cron", day=13, day_of_week="fri")
    assert timing.spec == {"expression": "0 0 13 * FRI", "days": "both"}
    assert timing.trigger_object.after(CREATED) == datetime(2027, 8, 12, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("keys", "seconds"),
    [
        ({"seconds": 2}, 2),
        ({"hours": 1, "minutes": 30}, 5400),
        ({"interval_seconds": 900}, 900),
        ({"minutes": 0.5}, 30),
        ({"weeks": 1, "days": 1, "seconds": 0}, 691200),
        ({"seconds": 1.5}, 1.5),
        ({"days": 366}, 31622400),
    ],
)
def test_the_units_of_an_interval_are_summed(keys: dict[str, Any], seconds: float) -> None:
    assert read(trigger="interval", **keys).spec["seconds"] == seconds


def test_an_interval_is_anchored_at_its_creation_rounded_up_to_a_second() -> None:
    timing = read(trigger="interval", minutes=5)
    assert timing.spec == {"seconds": 300, "anchor": "2026-11-23T00:30:01Z"}
    assert timing.trigger_object.after(CREATED) == datetime(2026, 11, 23, 0, 35, 1, tzinfo=UTC)


def test_an_anchor_without_a_zone_is_a_wall_time_of_the_schedules_zone() -> None:
    timing = read(trigger="interval", hours=24, anchor="2026-01-01T06:00", timezone="Asia/Shanghai")
    assert timing.trigger_object == IntervalTrigger(timedelta(days=1), datetime(2025, 12, 31, 22, tzinfo=UTC))


@pytest.mark.parametrize(
    ("written", "stored", "moment"),
    [
        ("2026-12-24T18:00:00", "2026-12-24T18:00:00", datetime(2026, 12, 24, 17, tzinfo=UTC)),
        ("2026-12-24 18:00", "2026-12-24T18:00:00", datetime(2026, 12, 24, 17, tzinfo=UTC)),
        ("2026-12-24T18:00:00-05:00", "2026-12-24T23:00:00Z", datetime(2026, 12, 24, 23, tzinfo=UTC)),
        ("2026-12-24", "2026-12-24T00:00:00", datetime(2026, 12, 23, 23, tzinfo=UTC)),
        (datetime(2026, 12, 24, 18), "2026-12-24T18:00:00", datetime(2026, 12, 24, 17, tzinfo=UTC)),
        (date(2026, 12, 24), "2026-12-24T00:00:00", datetime(2026, 12, 23, 23, tzinfo=UTC)),
    ],
)
def test_a_run_date_is_a_toml_datetime_or_iso_text(written: Any, stored: str, moment: datetime) -> None:
    timing = read(trigger="date", run_date=written)
    assert timing.spec == {"run_date": stored}
    assert timing.trigger_object.after(CREATED) == moment


def test_a_run_date_in_the_past_is_accepted_and_warned_about() -> None:
    timing = read(trigger="date", run_date="2020-12-24T18:00:00")
    assert timing.notes == ["24 Dec 2020 at 18:00 is in the past: it will never run"]
    assert timing.trigger_object.after(CREATED) is None


def test_a_run_date_that_comes_twice_runs_the_first_time_and_says_so() -> None:
    with clock.frozen(CREATED):
        timing = read(trigger="date", run_date="2027-10-31T02:30:00")
    assert timing.notes == ["the clock goes back: 31 Oct 2027 at 02:30 comes twice, it runs the first time"]
    assert timing.trigger_object.after(CREATED) == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


def test_a_day_that_some_months_lack_is_warned_about() -> None:
    assert read(trigger="cron", day=31).notes == [
        "months without a 31st are left out; L is the last day of every month"
    ]
    assert read(trigger="cron", day=28).notes == []


@pytest.mark.parametrize("expression", ["0 0 31 1,3,5,7,8,10,12 *", "0 0 30 4 *", "0 0 29 3-12 *"])
def test_a_day_that_all_its_months_have_is_not_warned_about(expression: str) -> None:
    assert read(trigger="cron", expression=expression).notes == []


def test_a_29th_of_february_is_warned_about() -> None:
    assert read(trigger="cron", expression="0 0 29 1,2 *").notes[0].startswith("months without a 29th")


def test_bounds_that_are_over_are_warned_about() -> None:
    timing = read(trigger="cron", hour=4, end="2020-01-01")
    assert timing.notes == ["start, end and blackout leave no moment in the future: it will never run"]


def test_a_startup_delay_is_a_duration() -> None:
    timing = read(trigger="startup", delay="5m")
    assert timing.spec == {"delay": 300}
    assert timing.trigger_object.at_start(CREATED) == CREATED + timedelta(minutes=5)
    assert read(trigger="startup").spec == {"delay": 0}


def test_days_as_bounds_are_whole_days_of_the_zone() -> None:
    bounds = {"start": "2026-12-01", "end": "2026-12-31", "blackout": ["2026-12-24/2026-12-26"]}
    trigger = read(trigger="cron", hour=0, **bounds).trigger_object
    assert isinstance(trigger, Bounded)
    assert trigger.start == datetime(2026, 11, 30, 23, tzinfo=UTC)
    assert trigger.after(datetime(2026, 12, 23, 12, tzinfo=UTC)) == datetime(2026, 12, 26, 23, tzinfo=UTC)
    assert trigger.due(CREATED, datetime(2027, 2, 1, tzinfo=UTC), 1).moments == [
        datetime(2026, 12, 30, 23, tzinfo=UTC)
    ]


def test_a_blackout_between_times_ends_at_its_last_time() -> None:
    trigger = read(trigger="cron", minute=0, blackout=["2026-12-24T08:00/2026-12-24T10:00"]).trigger_object
    assert trigger.after(datetime(2026, 12, 24, 6, 30, tzinfo=UTC)) == datetime(2026, 12, 24, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "table",
    [
        {"trigger": "cron", "expression": "*/5  2 * * MON", "timezone": "America/New_York"},
        {
            "trigger": "cron",
            "day": 13,
            "day_of_week": 4,
            "start": date(2026, 1, 1),
            "end": "2030-01-01T00:00:00Z",
        },
        {
            "trigger": "interval",
            "minutes": 7,
            "blackout": ["2026-12-24/2026-12-26", "2026-12-26T05:00/2026-12-28"],
        },
        {"trigger": "date", "run_date": datetime(2026, 12, 24, 18)},
        {"trigger": "startup", "delay": 1.5},
    ],
)
def test_the_trigger_is_built_again_from_what_json_kept(table: dict[str, Any]) -> None:
    timing = read_schedule(table, default_zone="Europe/Berlin", created=CREATED)
    kept = json.loads(json.dumps(timing.spec))
    assert kept == timing.spec
    assert trigger_of(timing.trigger, kept, timing.timezone) == timing.trigger_object


def test_reading_twice_with_one_creation_gives_the_same_plan() -> None:
    table = {"trigger": "interval", "minutes": 5}
    assert read(**table) == read(**table)
    assert read(trigger="interval", seconds=300).spec == read(**table).spec


def test_a_schedule_is_named_by_its_position_unless_it_has_a_name() -> None:
    table = {"trigger": "startup"}
    assert read_schedule(table, default_zone="UTC", created=CREATED, position=2).name == "3"
    assert read(trigger="startup", name=" after start ").name == "after start"


def test_policies_and_params_are_kept() -> None:
    timing = read(trigger="startup", misfire="skip", misfire_window="24h", params={"stage": "x", "n": 2})
    assert (timing.misfire, timing.misfire_window) == ("skip", 86400.0)
    assert timing.params == {"stage": "x", "n": 2}
    assert (read(trigger="startup").misfire, read(trigger="startup").misfire_window) == (None, None)


def test_the_default_zone_stands_in_by_name() -> None:
    assert read(trigger="cron", hour=4).timezone == "Europe/Berlin"
    assert read(trigger="cron", hour=4, timezone="Asia/Shanghai").timezone == "Asia/Shanghai"
