from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from jobs.scheduling.planning import plan
from jobs.timing.table import trigger_of
from jobs.timing.triggers import Trigger

NOON = datetime(2026, 10, 21, 12, tzinfo=UTC)


def every(seconds: int) -> Trigger:
    return trigger_of("interval", {"seconds": seconds, "anchor": "2020-01-01T00:00:00Z"}, "UTC")


def test_what_is_on_time_runs_and_is_due_again() -> None:
    found = plan(every(60), NOON, NOON)
    assert [(moment.at, moment.missed) for moment in found.moments] == [(NOON, False)]
    assert found.next == NOON + timedelta(seconds=60)


@pytest.mark.parametrize(("misfire", "run", "missed"), [("skip", 0, 1), ("latest", 1, 1), ("all", 60, 0)])
def test_an_hour_off_is_caught_up_as_the_policy_says(misfire: str, run: int, missed: int) -> None:
    found = plan(every(60), NOON - timedelta(hours=1), NOON - timedelta(seconds=30), misfire=misfire)
    assert len([moment for moment in found.moments if not moment.missed]) == run
    assert len([moment for moment in found.moments if moment.missed]) == missed


def test_a_year_off_is_capped_and_counted_in_one_row() -> None:
    found = plan(every(1), NOON - timedelta(days=365), NOON, misfire="all")
    [summary] = [moment for moment in found.moments if moment.missed]
    assert len(found.moments) == 101
    assert summary.reason.startswith(f"{365 * 86400 + 1 - 100} due moments")


def test_what_lies_outside_the_window_is_missed() -> None:
    found = plan(every(3600), NOON - timedelta(hours=5), NOON - timedelta(minutes=45), window=600)
    assert [moment.missed for moment in found.moments] == [True]


def test_no_two_rows_stand_for_one_moment() -> None:
    found = plan(every(1), NOON - timedelta(seconds=30), NOON)
    moments = [moment.at for moment in found.moments]
    assert len(set(moments)) == len(moments)
