"""A schedule table that is wrong: which key, what is wrong with it, and an example."""

from __future__ import annotations

from datetime import UTC, datetime
from datetime import time as time_of_day
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.timing.ownkeys import OWN_KEYS
from jobs.timing.table import COMMON, read_schedule
from plugins.exceptions import BadInput, Problem
from tests.costs import seconds_of

CREATED = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)


def problems(table: Any, path: str = "schedule") -> list[Problem]:
    with pytest.raises(BadInput) as refused:
        read_schedule(table, path=path, default_zone="Europe/Berlin", created=CREATED)
    return refused.value.problems


def told(table: Any) -> list[tuple[str, str]]:
    return [(problem.field, problem.message) for problem in problems(table)]


CORPUS: list[tuple[dict[str, Any], str, str]] = [
    ({}, "trigger", "is missing: one of cron, interval, date or startup"),
    ({"hour": 4}, "trigger", "is missing"),
    ({"trigger": "crn", "hour": 4}, "trigger", 'must be cron, interval, date or startup, not the text "crn"'),
    ({"trigger": ["cron"], "hour": 4}, "trigger", "must be cron"),
    ({"trigger": "cron"}, "expression", "is missing"),
    ({"trigger": "cron", "expression": 5}, "expression", "must be a text, not the number 5"),
    ({"trigger": "cron", "expression": "60 * * * *"}, "expression", "minute: 60 is outside 0-59"),
    ({"trigger": "cron", "expression": "* * * *"}, "expression", "needs 5 fields"),
    ({"trigger": "cron", "expression": "0" * 100_000}, "expression", "at most 200 characters"),
    ({"trigger": "cron", "expression": "0 0 30 2 *"}, "expression", "never happens: February has no 30th"),
    (
        {"trigger": "cron", "expression": "0 0 31 4,6 *"},
        "expression",
        "never happens: April and June have no 31st",
    ),
    ({"trigger": "cron", "expression": "0 0 */20 * MON#5"}, "expression", "never happens"),
    ({"trigger": "cron", "day": 30, "month": 2}, "day", "never happens: February has no 30th"),
    ({"trigger": "cron", "day": 30, "month": 2, "day_of_week": "mon"}, "day", "never happens"),
    ({"trigger": "cron", "minute": 60}, "minute", "minute: 60 is outside 0-59"),
    ({"trigger": "cron", "hour": -1}, "hour", "hour: -1 is outside 0-23"),
    ({"trigger": "cron", "hour": 10**40}, "hour", "is outside 0-23"),
    ({"trigger": "cron", "hour": True}, "hour", "must be a number or a text, not the value true"),
    ({"trigger": "cron", "hour": 4.5}, "hour", "must be a number or a text"),
    ({"trigger": "cron", "hour": ""}, "hour", "not a number"),
    ({"trigger": "cron", "hour": "4 5"}, "hour", 'hour: not a number: "4 5"'),
    ({"trigger": "cron", "day_of_week": 7}, "day_of_week", "day of week: 7 is outside 0-6"),
    ({"trigger": "cron", "day_of_week": "monday"}, "day_of_week", "not a number or a name such as"),
    (
        {"trigger": "cron", "expression": "0 4 * * *", "hour": 4},
        "hour",
        "give an expression or single fields",
    ),
    ({"trigger": "cron", "hour": 4, "minutes": 5}, "minutes", 'belongs to trigger = "interval"'),
    ({"trigger": "cron", "hour": 4, "minutes": 5}, "minutes", "did you mean minute?"),
    ({"trigger": "interval", "minute": 5}, "minute", 'belongs to trigger = "cron"'),
    (
        {"trigger": "interval", "seconds": 5, "run_date": "2026-12-24"},
        "run_date",
        'belongs to trigger = "date"',
    ),
    ({"trigger": "cron", "hour": 4, "tmezone": "UTC"}, "tmezone", "no such key: did you mean timezone?"),
    ({"trigger": "interval", "minuets": 5}, "minuets", "did you mean minutes?"),
    ({"trigger": "interval"}, "minutes", "is missing: one of seconds, minutes"),
    ({"trigger": "interval", "interval_seconds": 900, "minutes": 2}, "interval_seconds", "say it once"),
    ({"trigger": "interval", "seconds": 0}, "seconds", "between 1 second and 366 days"),
    ({"trigger": "interval", "seconds": -1}, "seconds", "between 1 second and 366 days"),
    ({"trigger": "interval", "seconds": 0.0001}, "seconds", "between 1 second and 366 days"),
    ({"trigger": "interval", "hours": 24 * 366, "seconds": 1}, "seconds", "between 1 second and 366 days"),
    ({"trigger": "interval", "seconds": 10**400}, "seconds", "between 1 second and 366 days"),
    ({"trigger": "interval", "weeks": 1e308}, "weeks", "between 1 second and 366 days"),
    ({"trigger": "interval", "seconds": float("inf")}, "seconds", "inf is not a number that time has"),
    ({"trigger": "interval", "seconds": float("nan")}, "seconds", "nan is not a number that time has"),
    ({"trigger": "interval", "seconds": "5m "}, "seconds", 'must be a number, not the text "5m "'),
    ({"trigger": "interval", "interval_seconds": "P1Y"}, "interval_seconds", "must be a number"),
    ({"trigger": "interval", "seconds": True}, "seconds", "must be a number, not the value true"),
    ({"trigger": "interval", "seconds": 5, "anchor": "soon"}, "anchor", '"soon" is not a date and time'),
    ({"trigger": "date"}, "run_date", "is missing"),
    ({"trigger": "date", "run_date": "tomorrow"}, "run_date", '"tomorrow" is not a date and time'),
    ({"trigger": "date", "run_date": 5}, "run_date", "must be a date and time, not the number 5"),
    ({"trigger": "date", "run_date": time_of_day(18)}, "run_date", "not only a time of day"),
    ({"trigger": "date", "run_date": "0000-01-01"}, "run_date", "of the years 1970-2199"),
    ({"trigger": "date", "run_date": "10000-01-01"}, "run_date", "of the years 1970-2199"),
    ({"trigger": "date", "run_date": "1969-12-31T23:59:59"}, "run_date", "outside the years 1970-2199"),
    ({"trigger": "date", "run_date": "1970-01-01T00:00:00+14:00"}, "run_date", "outside the years 1970-2199"),
    ({"trigger": "date", "run_date": "9999-12-31T23:59:59-23:59"}, "run_date", "outside the years 1970-2199"),
    ({"trigger": "date", "run_date": "2027-03-28T02:30"}, "run_date", "does not exist in Europe/Berlin"),
    ({"trigger": "startup", "delay": "5m "}, "delay", "is not a duration"),
    ({"trigger": "startup", "delay": -1}, "delay", "outside"),
    ({"trigger": "startup", "timezone": "Mars/Phobos"}, "timezone", "unknown time zone"),
    ({"trigger": "startup", "timezone": "/etc/localtime"}, "timezone", "unknown time zone"),
    ({"trigger": "startup", "timezone": "Europe/Berln"}, "timezone", "did you mean Europe/Berlin?"),
    ({"trigger": "startup", "timezone": 5}, "timezone", "must be a text, not the number 5"),
    ({"trigger": "startup", "start": "2026-12-02", "end": "2026-12-01"}, "end", "lies before start"),
    (
        {"trigger": "startup", "blackout": "2026-12-24/2026-12-26"},
        "blackout",
        "must be a list of at most 100 spans",
    ),
    (
        {"trigger": "startup", "blackout": ["2026-12-24/2026-12-26"] * 101},
        "blackout",
        "at most 100 spans, not 101",
    ),
    ({"trigger": "startup", "blackout": ["2026-12-24"]}, "blackout[0]", "is not a span: from/to"),
    ({"trigger": "startup", "blackout": ["2026-12-24/2026-12-23"]}, "blackout[0]", "ends before it begins"),
    (
        {"trigger": "startup", "blackout": [{"from": "2026-12-24"}]},
        "blackout[0]",
        "must be a text from/to, not a table",
    ),
    (
        {"trigger": "startup", "misfire": "once"},
        "misfire",
        'must be skip, latest or all, not the text "once"',
    ),
    ({"trigger": "startup", "misfire_window": "soon"}, "misfire_window", "is not a duration"),
    ({"trigger": "startup", "params": ["x"]}, "params", "must be a table of values, not a list"),
    ({"trigger": "startup", "params": {"a": {}}}, "params", "a: must be a text, a number, true or false"),
    ({"trigger": "startup", "name": "a\nb"}, "name", "control character"),
    ({"trigger": "startup", "name": ""}, "name", "must not be empty"),
]


@pytest.mark.parametrize(("table", "key", "message"), CORPUS)
def test_what_is_wrong_is_told_with_its_key_and_an_example(
    table: dict[str, Any], key: str, message: str
) -> None:
    (problem,) = problems(table)
    assert problem.field == f"schedule.{key}"
    assert message in problem.message
    assert problem.example


@pytest.mark.parametrize(("table", "key", "message"), CORPUS)
def test_bad_input_costs_less_than_a_second(table: dict[str, Any], key: str, message: str) -> None:
    assert seconds_of(lambda: problems(table)) < 1


def test_every_problem_of_a_table_is_told_at_once() -> None:
    table = {
        "trigger": "cron",
        "expression": "60 25 * * *",
        "timezone": "berlin",
        "bogus": 1,
        "misfire": "once",
    }
    assert told(table) == [
        ("schedule.bogus", "a schedule has no such key"),
        ("schedule.timezone", "unknown time zone, did you mean Europe/Berlin?"),
        ("schedule.expression", "minute: 60 is outside 0-59"),
        ("schedule.expression", "hour: 25 is outside 0-23"),
        ("schedule.misfire", 'must be skip, latest or all, not the text "once"'),
    ]


def test_the_field_is_the_path_in_the_job_file() -> None:
    (problem,) = problems({"trigger": "cron", "hour": 24}, path="schedule[1]")
    assert problem.field == "schedule[1].hour"


@pytest.mark.parametrize("table", [[], "x", None, 5])
def test_what_is_no_table_is_refused(table: Any) -> None:
    (problem,) = problems(table)
    assert (problem.field, problem.code) == ("schedule", "not_a_table")


def test_an_echoed_value_is_cut_and_escaped() -> None:
    (problem,) = problems({"trigger": "date", "run_date": "\x1b[31m" + "x" * 10_000})
    assert "\x1b" not in problem.message
    assert len(problem.message) < 200


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.datetimes(),
    st.dates(),
    st.times(),
    st.sampled_from([*OWN_KEYS, "*/5", "mon-fri", "5m", "2026-12-24", "Europe/Berlin", "skip", "0 4 * * *"]),
)
VALUES = st.one_of(
    SCALARS, st.lists(SCALARS, max_size=2), st.dictionaries(st.text(max_size=3), SCALARS, max_size=2)
)
KEYS = st.sampled_from([*COMMON, *(key for keys in OWN_KEYS.values() for key in keys), "bogus", ""])


@given(table=st.dictionaries(KEYS, VALUES, max_size=5), trigger=st.sampled_from([*OWN_KEYS]))
def test_no_table_whatsoever_ends_in_a_traceback(table: dict[str, Any], trigger: str) -> None:
    try:
        timing = read_schedule({"trigger": trigger, **table}, default_zone="Europe/Berlin", created=CREATED)
    except BadInput as refused:
        assert all(problem.message and problem.example for problem in refused.problems)
    else:
        timing.trigger_object.after(CREATED)
