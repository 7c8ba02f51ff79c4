"""after, due and at_start of the triggers that no clock change concerns, and the bounds around any."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.timing.triggers import (
    Bounded,
    CronTrigger,
    DateTrigger,
    Due,
    IntervalTrigger,
    StartupTrigger,
    Trigger,
    apart,
)
from tests.costs import seconds_of

ANCHOR = datetime(2026, 1, 1, tzinfo=UTC)
HOUR, DAY, YEAR = timedelta(hours=1), timedelta(days=1), timedelta(days=365)
QUARTER = IntervalTrigger(timedelta(minutes=15), ANCHOR)
HOURLY = IntervalTrigger(HOUR, ANCHOR)


def test_the_first_interval_ends_one_step_after_the_anchor() -> None:
    assert QUARTER.after(ANCHOR - YEAR) == QUARTER.after(ANCHOR) == ANCHOR + timedelta(minutes=15)


def test_an_interval_keeps_its_grid_whatever_moment_it_is_asked_for() -> None:
    asked = ANCHOR + timedelta(days=3, minutes=7, microseconds=1)
    assert QUARTER.after(asked) == ANCHOR + timedelta(days=3, minutes=15)
    assert QUARTER.after(ANCHOR + timedelta(minutes=15)) == ANCHOR + timedelta(minutes=30)


@given(
    seconds=st.integers(1, 10_000),
    offset=st.integers(-50_000, 500_000),
    length=st.integers(0, 20_000),
    cap=st.integers(0, 50),
)
def test_due_of_an_interval_is_what_stepping_through_it_finds(
    seconds: int, offset: int, length: int, cap: int
) -> None:
    trigger = IntervalTrigger(timedelta(seconds=seconds), ANCHOR)
    first = ANCHOR + timedelta(seconds=offset)
    until = first + timedelta(seconds=length)
    stepped, moment = [], trigger.after(first - timedelta(microseconds=1))
    while moment is not None and moment <= until:
        stepped.append(moment)
        moment = trigger.after(moment)
    assert trigger.due(first, until, cap) == Due(len(stepped), True, stepped[-cap:] if cap else [])


def test_a_year_of_every_second_is_counted_at_once_and_exactly() -> None:
    trigger = IntervalTrigger(timedelta(seconds=1), ANCHOR)
    due = trigger.due(ANCHOR + timedelta(seconds=1), ANCHOR + YEAR, 100)
    assert (due.count, due.exact, len(due.moments)) == (365 * 86400, True, 100)
    assert due.moments[-1] == ANCHOR + YEAR


def test_cron_counts_to_a_thousand_and_says_that_there_were_more() -> None:
    due = CronTrigger("* * * * * *", "Europe/Berlin").due(ANCHOR, ANCHOR + YEAR, 3)
    assert (due.count, due.exact) == (1000, False)
    assert due.moments == [ANCHOR + YEAR - timedelta(seconds=back) for back in (2, 1, 0)]


def test_a_few_cron_moments_are_counted_exactly() -> None:
    due = CronTrigger("0 0 * * *").due(ANCHOR, ANCHOR + 9 * DAY, 3)
    assert due == Due(10, True, [ANCHOR + day * DAY for day in (7, 8, 9)])


@pytest.mark.parametrize(
    "trigger",
    [
        IntervalTrigger(timedelta(seconds=1), ANCHOR),
        CronTrigger("* * * * * *", "Europe/Berlin"),
        CronTrigger("*/5 * * * *", "America/New_York"),
        CronTrigger("0-59 0-23 * * *", "Europe/Berlin"),
        Bounded(CronTrigger("* * * * * *", "Europe/Berlin"), blackouts=((ANCHOR, ANCHOR + DAY),)),
    ],
)
def test_a_year_of_downtime_costs_milliseconds(trigger: Trigger) -> None:
    assert min(seconds_of(lambda: trigger.due(ANCHOR, ANCHOR + YEAR, 100)) for _ in range(3)) < 0.1


def test_a_schedule_that_is_due_once_in_28_years_is_found_in_milliseconds() -> None:
    trigger = CronTrigger("* * 29 2 */7", "Europe/Berlin")
    assert trigger.after(datetime(2032, 3, 1, tzinfo=UTC)) == datetime(2060, 2, 28, 23, tzinfo=UTC)
    assert seconds_of(lambda: trigger.after(datetime(2032, 3, 1, tzinfo=UTC))) < 0.5


def test_a_date_is_due_once() -> None:
    trigger = DateTrigger(ANCHOR)
    assert trigger.after(ANCHOR - HOUR) == ANCHOR
    assert trigger.after(ANCHOR) is None
    assert trigger.due(ANCHOR, ANCHOR + HOUR, 10) == Due(1, True, [ANCHOR])
    assert trigger.due(ANCHOR + HOUR, ANCHOR + DAY, 10) == Due(0, True, [])


def test_a_startup_schedule_is_due_by_no_clock_but_at_a_start() -> None:
    trigger = StartupTrigger(timedelta(minutes=5))
    assert trigger.after(ANCHOR) is None
    assert trigger.due(ANCHOR, ANCHOR + YEAR, 10) == Due(0, True, [])
    assert trigger.at_start(ANCHOR) == ANCHOR + timedelta(minutes=5)


@pytest.mark.parametrize("trigger", [HOURLY, DateTrigger(ANCHOR), CronTrigger("0 0 * * *")])
def test_no_other_trigger_cares_for_a_start(trigger: Trigger) -> None:
    assert trigger.at_start(ANCHOR) is None


def test_nothing_is_due_after_the_year_2199() -> None:
    late = datetime(2199, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert HOURLY.after(late) is None
    assert CronTrigger("* * * * *").after(late) is None
    assert CronTrigger("0 0 * * *", "Europe/Berlin").after(late) is None


def test_start_and_end_are_included() -> None:
    trigger = Bounded(HOURLY, start=ANCHOR + 5 * HOUR, end=ANCHOR + 7 * HOUR)
    assert trigger.after(ANCHOR) == ANCHOR + 5 * HOUR
    assert trigger.after(ANCHOR + 6 * HOUR) == ANCHOR + 7 * HOUR
    assert trigger.after(ANCHOR + 7 * HOUR) is None
    assert trigger.due(ANCHOR, ANCHOR + DAY, 2) == Due(3, True, [ANCHOR + 6 * HOUR, ANCHOR + 7 * HOUR])


def test_a_blackout_hides_its_first_moment_and_not_its_last() -> None:
    trigger = Bounded(HOURLY, blackouts=((ANCHOR + 2 * HOUR, ANCHOR + 4 * HOUR),))
    assert trigger.after(ANCHOR + HOUR) == ANCHOR + 4 * HOUR
    assert trigger.due(ANCHOR + HOUR, ANCHOR + 5 * HOUR, 9).moments == [
        ANCHOR + hour * HOUR for hour in (1, 4, 5)
    ]


def test_blackouts_that_cover_everything_to_the_end_leave_nothing() -> None:
    trigger = Bounded(HOURLY, end=ANCHOR + DAY, blackouts=((ANCHOR, ANCHOR + 2 * DAY),))
    assert trigger.after(ANCHOR) is None
    assert trigger.due(ANCHOR, ANCHOR + YEAR, 9) == Due(0, True, [])


@given(
    spans=st.lists(st.tuples(st.integers(0, 200), st.integers(1, 60)), max_size=6),
    bounds=st.tuples(st.integers(0, 200), st.integers(0, 200)),
    window=st.tuples(st.integers(0, 200), st.integers(0, 200)),
    cap=st.integers(0, 9),
)
def test_bounded_due_is_what_filtering_every_moment_finds(
    spans: list[tuple[int, int]], bounds: tuple[int, int], window: tuple[int, int], cap: int
) -> None:
    blackouts = [(ANCHOR + a * HOUR / 2, ANCHOR + (a + length) * HOUR / 2) for a, length in spans]
    start, end = (ANCHOR + bound * HOUR / 2 for bound in sorted(bounds))
    first, until = (ANCHOR + side * HOUR / 2 for side in sorted(window))
    trigger = Bounded(HOURLY, start, end, apart(blackouts))
    wanted = [
        moment
        for moment in HOURLY.due(first, until, 1000).moments
        if start <= moment <= end and not any(a <= moment < b for a, b in blackouts)
    ]
    assert trigger.due(first, until, cap) == Due(len(wanted), True, wanted[-cap:] if cap else [])
    upcoming = trigger.after(first - timedelta(microseconds=1))
    assert (upcoming if upcoming and upcoming <= until else None) == (wanted[0] if wanted else None)


def test_a_start_outside_the_bounds_runs_nothing() -> None:
    trigger = Bounded(
        StartupTrigger(HOUR),
        start=ANCHOR,
        end=ANCHOR + DAY,
        blackouts=((ANCHOR + 5 * HOUR, ANCHOR + 6 * HOUR),),
    )
    assert trigger.at_start(ANCHOR) == ANCHOR + HOUR
    assert trigger.at_start(ANCHOR - DAY) is None
    assert trigger.at_start(ANCHOR + DAY) is None
    assert trigger.at_start(ANCHOR + 4 * HOUR) is None


def test_overlapping_blackouts_become_one() -> None:
    spans = [
        (ANCHOR + 3 * HOUR, ANCHOR + 5 * HOUR),
        (ANCHOR, ANCHOR + HOUR),
        (ANCHOR + HOUR, ANCHOR + 4 * HOUR),
    ]
    assert apart(spans) == ((ANCHOR, ANCHOR + 5 * HOUR),)
