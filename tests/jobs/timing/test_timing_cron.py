"""What a cron expression may be, and what is said about one that may not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cronsim import CronSim
from hypothesis import given
from hypothesis import strategies as st

from jobs.timing.cron import CronError, read_expression
from jobs.timing.triggers import CronTrigger

START = datetime(2026, 11, 23, tzinfo=UTC)  # a Monday


def first(expression: str) -> str:
    moment = CronTrigger(expression).after(START)
    assert moment is not None
    return f"{moment:%Y-%m-%d %H:%M:%S}"


@pytest.mark.parametrize(
    ("expression", "moment"),
    [
        ("30 4 * * *", "2026-11-23 04:30:00"),
        ("0 0 * * 0", "2026-11-29 00:00:00"),
        ("0 0 * * 7", "2026-11-29 00:00:00"),
        ("0 0 * * sun", "2026-11-29 00:00:00"),
        ("0 0 * * FRI-SUN", "2026-11-27 00:00:00"),
        ("0 0 * * FRI#2", "2026-12-11 00:00:00"),
        ("0 0 * * 5L", "2026-11-27 00:00:00"),
        ("0 0 * * FRIL", "2026-11-27 00:00:00"),
        ("0 0 L * *", "2026-11-30 00:00:00"),
        ("0 0 LW JAN *", "2027-01-29 00:00:00"),
        ("0 0 29 2 *", "2028-02-29 00:00:00"),
        ("5/20 9 * * *", "2026-11-23 09:05:00"),
        ("@daily", "2026-11-24 00:00:00"),
        ("@WEEKLY", "2026-11-29 00:00:00"),
        ("@monthly", "2026-12-01 00:00:00"),
        ("@yearly", "2027-01-01 00:00:00"),
        ("@hourly", "2026-11-23 01:00:00"),
        ("15 30 4 * * *", "2026-11-23 04:30:15"),
        ("*/20 * * * * *", "2026-11-23 00:00:20"),
    ],
)
def test_standard_crontab_with_seconds_names_and_l_is_understood(expression: str, moment: str) -> None:
    assert first(expression) == moment


@pytest.mark.parametrize("field", ["SUN-SUN", "sun-sun", "7-7", "0-0", "7-SUN"])
def test_from_sunday_to_sunday_is_one_day(field: str) -> None:
    due = CronTrigger(f"0 0 * * {field}").due(START, datetime(2026, 12, 7, tzinfo=UTC), 10)
    assert [moment.day for moment in due.moments] == [29, 6]


@pytest.mark.parametrize("expression", ["0 9-9 * * *", "0-0 9-9/2 * * *", "0 9 23-23,24-31 11-11,12 *"])
def test_a_range_of_one_is_that_one(expression: str) -> None:
    due = CronTrigger(expression).due(START, datetime(2026, 11, 25, tzinfo=UTC), 10)
    assert [(moment.day, moment.hour) for moment in due.moments] == [(23, 9), (24, 9)]


def test_day_of_month_and_day_of_week_are_joined_by_or() -> None:
    due = CronTrigger("0 0 1 * MON").due(START, datetime(2026, 12, 7, tzinfo=UTC), 10)
    assert [moment.day for moment in due.moments] == [23, 30, 1, 7]


def test_a_day_field_that_starts_with_a_star_makes_it_and() -> None:
    due = CronTrigger("0 0 */2 * MON").due(START, datetime(2026, 12, 31, tzinfo=UTC), 10)
    assert [moment.day for moment in due.moments] == [23, 7, 21]


def test_both_days_means_friday_the_thirteenth() -> None:
    moment = CronTrigger("0 0 13 * FRI", both_days=True).after(START)
    assert moment == datetime(2027, 8, 13, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("* * * *", "needs 5 fields, or 6 with seconds in front (got 4)"),
        ("* * * * * * *", "needs 5 fields, or 6 with seconds in front (got 7)"),
        ("", "needs 5 fields, or 6 with seconds in front (got 0)"),
        ("60 * * * *", "minute: 60 is outside 0-59"),
        ("* 24 * * *", "hour: 24 is outside 0-23"),
        ("* * 0 * *", "day of month: 0 is outside 1-31"),
        ("* * * 13 *", "month: 13 is outside 1-12"),
        ("* * * * 8", "day of week: 8 is outside 0-7"),
        ("60 * * * * *", "second: 60 is outside 0-59"),
        ("*/100 * * * *", "minute: step 100 is larger than the range 0-59"),
        ("*/0 * * * *", "minute: step 0 never gets on"),
        ("*/x * * * *", 'minute: the step after / is not a number: "x"'),
        ("-5 * * * *", 'minute: not a number: "-5"'),
        ("1e3 * * * *", 'minute: not a number: "1e3"'),
        ("1,,2 * * * *", 'minute: not a number: ""'),
        ("? * * * *", "minute: ? is another dialect's, write *"),
        ("* 22-2 * * *", "hour: 22-2 runs backwards, write 22-23,0-2"),
        ("* * * FOO *", 'month: not a number or a name such as FEB: "FOO"'),
        ("* * * * FRI#6", "day of week: FRI#6 is outside #1-#5"),
        ("* * * * L", "day of week: L needs a day in front, FRIL is the last Friday of the month"),
        ("5L * * * *", "minute: 5L belongs to the day of week"),
        ("* L * * *", "hour: L belongs to the day of month"),
        ("@reboot", '@reboot is trigger = "startup" here'),
        ("0-59," * 60 + " * * * *", "at most 200 characters (got 308)"),
        (f"{'9' * 150} * * * *", f"minute: {'9' * 20} is outside 0-59"),
    ],
)
def test_a_wrong_field_is_named_in_words(expression: str, message: str) -> None:
    with pytest.raises(CronError) as refused:
        read_expression(expression)
    assert refused.value.messages == (message,)


@pytest.mark.parametrize(
    "expression", ["\uff15 * * * *", "0 0 * * *\n1 1 * * *", "\x00 * * * *", "0\u00a00 * * *"]
)
def test_digits_of_other_scripts_and_control_characters_are_refused(expression: str) -> None:
    with pytest.raises(CronError, match="plain ASCII"):
        read_expression(expression)


def test_every_wrong_field_is_told_at_once() -> None:
    with pytest.raises(CronError) as refused:
        read_expression("60 25 x * 9")
    assert [message.split(":")[0] for message in refused.value.messages] == [
        "minute",
        "hour",
        "day of month",
        "day of week",
    ]


TERMS = st.from_regex(
    r"(\*|[0-9]{1,2}|[0-9]-[0-9]{1,2}|MON|fri-SUN|L|LW|5L|FRI#2|\w{0,3})(/[0-9]{1,2})?", fullmatch=True
)


@given(day=TERMS, month=TERMS, weekday=TERMS, hour=TERMS)
def test_cronsim_takes_whatever_is_not_refused_in_words(
    day: str, month: str, weekday: str, hour: str
) -> None:
    try:
        expression = read_expression(f"0 {hour} {day} {month} {weekday}")
    except CronError as error:
        assert error.messages
        return
    *_, days, _, _ = expression.fields
    if not days.values or days.values[0] < 30:
        CronSim(expression.dialect, START.replace(tzinfo=None))
