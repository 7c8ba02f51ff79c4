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
    assert [(moment.at, not moment.runs) for moment in found.moments] == [(NOON, False)]
    assert found.next == NOON + timedelta(seconds=60)


@pytest.mark.parametrize(("misfire", "run", "missed"), [("skip", 0, 1), ("latest", 1, 1), ("all", 60, 0)])
def test_an_hour_off_is_caught_up_as_the_policy_says(misfire: str, run: int, missed: int) -> None:
    found = plan(every(60), NOON - timedelta(hours=1), NOON - timedelta(seconds=30), misfire=misfire)
    assert len([moment for moment in found.moments if moment.runs]) == run
    assert len([moment for moment in found.moments if not moment.runs]) == missed


def test_a_year_off_is_capped_and_counted_in_one_row() -> None:
    found = plan(every(1), NOON - timedelta(days=365), NOON, misfire="all")
    [summary] = [moment for moment in found.moments if not moment.runs]
    assert len(found.moments) == 101
    assert summary.reason.startswith(f"{365 * 86400 + 1 - 100} due moments")


def test_what_lies_outside_the_window_is_missed() -> None:
    found = plan(every(3600), NOON - timedelta(hours=5), NOON - timedelta(minutes=45), window=600)
    assert [not moment.runs for moment in found.moments] == [True]


@pytest.mark.parametrize(
    ("misfire", "window", "told"),
    [
        ("all", 7, "they were due longer ago than 7 s, the misfire_window"),
        ("latest", 7, "they were due longer ago than 7 s, the misfire_window"),
        (
            "all",
            120,
            "the newest 2 run late; the others were due longer ago than 2 min, the misfire_window",
        ),
        ("skip", 7, "misfire policy is 'skip'"),
    ],
)
def test_what_the_window_shut_out_is_told_with_the_window(misfire: str, window: float, told: str) -> None:
    now = NOON - timedelta(seconds=30)
    found = plan(every(60), NOON - timedelta(hours=1), now, misfire=misfire, window=window)
    assert found.moments[0].reason.endswith(f"passed while nobody was there; {told}")


@pytest.mark.parametrize("misfire", ["skip", "latest", "all"])
@pytest.mark.parametrize("off", [30, 99, 100, 101, 5000])
def test_no_two_rows_stand_for_one_moment(misfire: str, off: int) -> None:
    found = plan(every(1), NOON - timedelta(seconds=off), NOON, misfire=misfire)
    moments = [moment.at for moment in found.moments]
    assert len(set(moments)) == len(moments)


def test_a_jump_of_an_hour_ends_in_one_run_and_one_row_that_counts_the_rest() -> None:
    found = plan(every(1), NOON - timedelta(hours=1), NOON)
    assert [(moment.at, moment.runs) for moment in found.moments] == [
        (NOON - timedelta(seconds=1), False),
        (NOON, True),
    ]
    assert found.moments[0].reason.startswith("3600 due moments passed")


@pytest.mark.parametrize("misfire", ["skip", "latest", "all"])
@pytest.mark.parametrize("off", [7, 40, 3600, 86400 * 365])
def test_what_passed_and_what_runs_add_up_to_what_was_due(misfire: str, off: int) -> None:
    found = plan(every(2), NOON - timedelta(seconds=off - off % 2), NOON, misfire=misfire)
    runs = [moment for moment in found.moments if moment.runs]
    told = [int(moment.reason.split()[0]) for moment in found.moments if not moment.runs]
    assert len(runs) + sum(told) == off // 2 + 1
    assert len(runs) <= (100 if misfire == "all" else 1)


def test_a_hiccup_of_some_seconds_is_no_misfire() -> None:
    found = plan(every(1), NOON - timedelta(seconds=3), NOON)
    assert [moment.runs for moment in found.moments] == [True] * 4


def test_what_was_due_in_a_quiet_time_is_one_skipped_row_and_never_late() -> None:
    hour = timedelta(hours=1)
    found = plan(every(60), NOON - hour, NOON, misfire="all", quiet=[(NOON - hour, NOON)])
    assert [(moment.status, moment.at) for moment in found.moments] == [
        ("skipped", NOON - timedelta(minutes=1)),
        ("queued", NOON),
    ]
    assert "60 due moments passed" in found.moments[0].reason
