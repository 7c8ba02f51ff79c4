"""Durations and times as one says them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from jobs.web.viewer import Viewer
from jobs.web.words import took, took_exactly, took_in_full, took_of_usual

NOON = datetime(2026, 10, 21, 12, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.42, "0.4 s"),
        (0.97, "1 s"),
        (49, "49 s"),
        (59.7, "1 min"),
        (1175, "20 min"),
        (3599, "1 h"),
        (7800, "2 h 10"),
        (259200, "3 days"),
    ],
)
def test_a_duration_is_rounded_as_one_says_it(seconds: float, text: str) -> None:
    assert took(seconds) == text


def test_a_column_of_durations_keeps_its_seconds() -> None:
    assert [took_exactly(seconds) for seconds in (0.31, 49, 1115, 7800)] == [
        "0.3 s",
        "49 s",
        "18 min 35",
        "2 h 10",
    ]


def test_a_headline_spells_it_out() -> None:
    assert took_in_full(7800) == "2 hours 10 minutes"
    assert took_of_usual(19 * 60, 52 * 60) == "19 minutes of usually 52"


def test_days_near_have_names() -> None:
    viewer = Viewer(ZoneInfo("Europe/Berlin"), NOON)
    told = [viewer.day(NOON + timedelta(days=days)) for days in (0, 1, -1, -2, 5)]
    assert told == ["today", "tomorrow", "yesterday", "Mon", "Mon 26 Oct"]


def test_a_time_is_exact_on_hover() -> None:
    viewer = Viewer(ZoneInfo("Europe/Berlin"), NOON)
    tag = viewer.clock_tag(NOON)
    assert 'datetime="2026-10-21T12:20:00.000Z"' in tag
    assert 'title="Wednesday 21 October 2026, 14:20:00 Europe/Berlin"' in tag
    assert ">14:20</time>" in tag
