"""The next times of a schedule as a reader gets them: in the own zone, with what the schedule's clock does between them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from jobs.models import Job
from jobs.timing.plan import trigger_of
from jobs.web.pages.moments import Time, times
from jobs.web.viewer import Viewer
from tests.web import story

BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"


def next_ten(expression: str, now: datetime, *, reader: str = BERLIN) -> list[Time]:
    """Of a schedule in Berlin."""
    rule, found = trigger_of("cron", {"expression": expression}, BERLIN), list[datetime]()
    while len(found) < 10 and (moment := rule.after(found[-1] if found else now)):
        found.append(moment)
    return times(found, Viewer(ZoneInfo(reader), now), BERLIN)


def marked(told: list[Time]) -> list[tuple[str, str]]:
    """(text, jump) of those that have one."""
    return [(text(one), one.jump) for one in told if one.jump]


def text(one: Time) -> str:
    return re.sub("<[^>]*>", "", one.tag)


@pytest.mark.parametrize(
    ("reader", "at"),
    [(BERLIN, "Sun 25 Oct, 04:30"), (NEW_YORK, "Sat 24 Oct, 23:30"), ("UTC", "Sun 25 Oct, 03:30")],
)
def test_the_mark_stands_where_the_clock_of_the_schedule_changes(reader: str, at: str) -> None:
    told = next_ten("30 4 * * *", datetime(2026, 10, 20, tzinfo=UTC), reader=reader)
    assert marked(told) == [(at, "clock goes back")]


def test_a_clock_that_changes_for_the_reader_only_is_not_marked() -> None:
    assert marked(next_ten("30 4 * * *", datetime(2026, 10, 29, tzinfo=UTC), reader=NEW_YORK)) == []


@pytest.mark.parametrize("expression", ["0 3 1 6 *", "0 3 1 */2 *"])
def test_moments_far_apart_and_the_first_one_have_no_mark(expression: str) -> None:
    assert marked(next_ten(expression, datetime(2026, 11, 30, tzinfo=UTC))) == []


def test_a_moment_of_another_year_has_its_year() -> None:
    told = next_ten("0 3 1 6,12 *", datetime(2026, 11, 30, tzinfo=UTC))
    assert [text(one) for one in told[:3]] == [
        "Tue 1 Dec, 03:00",
        "Tue 1 Jun 2027, 03:00",
        "Wed 1 Dec 2027, 03:00",
    ]


@pytest.fixture
def fixed(db: None) -> Job:
    return story.job("fixed", story.toml("", '"x"', story.cron("30 2 * * *")))


@pytest.mark.parametrize("path", ["/jobs/fixed/", "/next/"])
def test_a_reader_elsewhere_is_told_the_zone_of_a_schedule(web: Client, fixed: Job, path: str) -> None:
    for zone, told in ((NEW_YORK, True), (BERLIN, False)):
        web.cookies["mxx_zone"] = zone
        assert ("Every day at 02:30, Berlin time" in web.get(path).content.decode()) is told


def test_a_dry_run_tells_the_zone_of_a_schedule_too(web: Client, fixed: Job) -> None:
    web.cookies["mxx_zone"] = NEW_YORK
    sent = {"toml": fixed.toml, "job": "fixed", "do": "dry-run", "source": "text"}
    assert web.post("/editing/", sent).content.decode().count("Every day at 02:30, Berlin time") == 2
