"""Where wall clocks jump."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from jobs.timing import zones
from plugins.exceptions import BadInput

HOUR = timedelta(hours=1)


def test_a_stretch_ends_at_the_very_second_of_the_change() -> None:
    change = datetime(2026, 3, 29, 1, tzinfo=UTC)
    before, after = (zones.stretch_at("Europe/Berlin", moment) for moment in (change - zones.SECOND, change))
    assert (before.end, after.start) == (change, change)
    assert (before.offset, after.offset) == (HOUR, 2 * HOUR)


def test_a_wall_time_in_a_gap_is_located_at_the_jump() -> None:
    moment, gap = zones.locate("Europe/Berlin", datetime(2026, 3, 29, 2, 30))
    assert moment == datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert gap == (datetime(2026, 3, 29, 2), datetime(2026, 3, 29, 3), moment)


def test_a_wall_time_in_a_fold_is_located_at_its_first_pass() -> None:
    assert zones.locate("Europe/Berlin", datetime(2026, 10, 25, 2, 30)) == (
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        None,
    )


def test_a_change_at_new_year_is_seen_from_both_sides() -> None:
    start, end = datetime(1994, 12, 1, tzinfo=UTC), datetime(1995, 2, 1, tzinfo=UTC)
    assert list(zones.changes("Pacific/Kiritimati", start, end)) == [
        (datetime(1994, 12, 31, 10, tzinfo=UTC), timedelta(days=1))
    ]


def test_the_changes_of_ten_years_are_twenty() -> None:
    found = list(
        zones.changes("Europe/Berlin", datetime(2026, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC))
    )
    assert [jump for _, jump in found] == [HOUR, -HOUR] * 10


def test_the_host_zone_is_a_name_of_the_zone_database() -> None:
    assert zones.host_zone() in zones.names()


@pytest.mark.parametrize("name", ["localtime", "Factory", "../../etc/passwd", "", "Mars/Phobos"])
def test_a_zone_that_users_may_not_name_is_refused(name: str) -> None:
    with pytest.raises(BadInput, match="unknown time zone"):
        zones.zone_of(name)


@pytest.mark.parametrize("name", ["berlin", "europe/berlin", "Europe/Berln", "Europe/BERLIN"])
def test_a_near_miss_names_the_zone_that_was_meant(name: str) -> None:
    problem = zones.unknown_zone("schedule.timezone", name)
    assert problem.message == "unknown time zone, did you mean Europe/Berlin?"
    assert problem.example == "Europe/Berlin"
