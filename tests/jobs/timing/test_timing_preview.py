"""The next fire times, and what is said about clock changes among them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from jobs.timing.table import Timing, notes, preview, read_schedule

NOW = datetime(2026, 10, 20, 12, tzinfo=UTC)


def timing(**table: Any) -> Timing:
    return read_schedule(table, default_zone="Europe/Berlin", created=NOW)


def test_a_preview_lists_the_next_moments_in_utc() -> None:
    daily = timing(trigger="cron", hour=4, minute=30)
    assert preview(daily, NOW, 2) == [
        datetime(2026, 10, 21, 2, 30, tzinfo=UTC),
        datetime(2026, 10, 22, 2, 30, tzinfo=UTC),
    ]


def test_a_date_has_one_moment_and_a_startup_none() -> None:
    assert len(preview(timing(trigger="date", run_date="2026-12-24T18:00:00"), NOW, 10)) == 1
    assert preview(timing(trigger="startup"), NOW, 10) == []


def test_the_day_on_which_the_clock_goes_back_is_told() -> None:
    daily = timing(trigger="cron", hour=4, minute=30)
    assert notes(daily, preview(daily, NOW, 10)) == ["Sun 25 Oct: the clock goes back"]


def test_a_change_before_the_first_or_after_the_last_day_is_not_told() -> None:
    daily = timing(trigger="cron", hour=4, minute=30)
    assert notes(daily, preview(daily, NOW, 4)) == []
    assert notes(daily, preview(daily, datetime(2026, 10, 25, 12, tzinfo=UTC), 4)) == []


def test_a_time_that_falls_into_the_gap_is_told_with_what_becomes_of_it() -> None:
    nightly = timing(trigger="cron", hour=2, minute=30)
    found = notes(nightly, preview(nightly, datetime(2027, 3, 26, tzinfo=UTC), 5))
    assert found == ["Sun 28 Mar: the clock goes forward; what is due from 02:00 on runs at 03:00"]


@pytest.mark.parametrize(
    ("zone", "start", "told"),
    [
        ("America/Santiago", (2028, 9, 1), "Sun 3 Sep: the clock goes forward; what is due from 00:00 on runs at 01:00"),
        ("Africa/Cairo", (2027, 4, 28), "Fri 30 Apr: the clock goes forward; what is due from 00:00 on runs at 01:00"),
        ("America/Santiago", (2028, 3, 30), "Sat 1 Apr: the clock goes back"),
    ],
)  # fmt: skip
def test_a_change_at_midnight_is_told_on_the_day_whose_times_it_concerns(
    zone: str, start: tuple[int, int, int], told: str
) -> None:
    nightly = timing(trigger="cron", hour=0, minute=30, timezone=zone)
    assert notes(nightly, preview(nightly, datetime(*start, tzinfo=UTC), 5)) == [told]


def test_a_list_over_decades_does_not_tell_every_change() -> None:
    yearly = timing(trigger="cron", month=7)
    assert notes(yearly, preview(yearly, NOW, 10)) == []


def test_nothing_due_has_no_notes() -> None:
    assert notes(timing(trigger="startup"), []) == []
