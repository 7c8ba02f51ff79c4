"""The calendar: what was, what comes, what will meet; at a bounded cost."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import expect

from jobs.models import Job, Run, Source, Status
from jobs.timing import clock
from tests.web import story
from tests.web.conftest import Screen

DAILY = story.toml("", '"bots"', story.cron("30 4 * * *"))
EVERY_SECOND = story.toml("", "", 'trigger = "interval"\nseconds = 1')
WEDNESDAY = datetime(2026, 10, 21, 12, 20, tzinfo=UTC)
CANARY = '"><script>alert(1)</script>'


@pytest.fixture(autouse=True)
def wednesday() -> Iterator[None]:
    """14:20 in Berlin."""
    with clock.shifted(WEDNESDAY - clock.now()):
        yield


def shown(web: Client, query: str = "") -> str:
    answer = web.get(f"/calendar/{query}")
    assert answer.status_code == 200
    return str(answer.content.decode())


def row(page: str, day: str) -> str:
    """What the board says about a day."""
    found = re.search(rf"<b>{day}</b></a> <span>([^<]*)</span>", page)
    assert found, day
    return found[1]


def test_a_week_tells_each_day_in_words(web: Client) -> None:
    daily = story.job("daily", DAILY)
    story.run(daily, ago=590)
    story.run(daily, Status.FAILED, ago=590 + story.DAY, reason="sh ended with code 1")
    page = shown(web)
    assert "<h1>19 to 25 October</h1>" in page
    assert [row(page, day) for day in ("Mon 19", "Tue 20", "Wed 21", "Thu 22")] == [
        "",
        "1 run, 1 failed",
        "1 run, all well",
        "1 due",
    ]


def test_a_bar_leads_to_its_run_and_a_forecast_to_its_job(web: Client) -> None:
    daily = story.job("daily", DAILY)
    run = story.run(daily, ago=590, lasted=20)
    page = shown(web)
    assert f'<a href="/runs/{run.pk}/"><title>daily, 04:30:00 to 04:50:00, 20 min, succeeded</title>' in page
    assert '<a href="/jobs/daily/"><title>daily, due 04:30</title><rect class="due"' in page


def test_the_width_of_a_forecast_is_the_usual_length(web: Client) -> None:
    daily = story.job("daily", DAILY)
    for day in range(4):
        story.run(daily, ago=590 + day * story.DAY, lasted=144)
    assert re.search(r'class="due" x="18.75%" width="10.00%"', shown(web))


def test_what_runs_goes_on_until_now_and_is_in_the_way_of_others(web: Client) -> None:
    often = story.job("often", story.toml("", "", story.cron("30 14 * * *")))
    story.history(often, count=3, every=200, lasted=60, since=60)
    run = story.run(often, Status.RUNNING, ago=20, lasted=0)
    page = shown(web)
    assert f'<a href="/runs/{run.pk}/"><title>often, running since 14:00:00</title>' in page
    assert "Will be left out: the run before it usually goes on until 1" in page


def test_a_missed_run_is_a_ring_with_its_word(web: Client) -> None:
    daily = story.job("daily", DAILY)
    due = clock.now() - timedelta(hours=5)
    story.run(daily, Status.MISSED, ago=10, lasted=None, scheduled_for=due)
    page = shown(web)
    assert re.search(r'<circle class="odd" cx="38.\d\d%"', page)
    assert ">daily missed</text>" in page


def test_what_will_meet_is_told_and_tinted(web: Client) -> None:
    twice = story.job("twice", story.toml("", "", story.cron("0 16,17 * * *")))
    for number in range(1, 4):
        story.run(twice, ago=number * 200, lasted=90)
    page = shown(web)
    assert '<rect class="clash"' in page
    assert "Will be left out: the run before it usually goes on until 17:30:00" in page


def test_a_clock_that_is_set_is_told(web: Client) -> None:
    assert "The clock goes back by 1 h" in shown(web)
    assert "The clock goes forward by 1 h" in shown(web, "?week=2027-W12")
    assert "Sunday 02:00" in shown(web, "?day=2027-03-28") or "Sunday 03:00" in shown(web, "?day=2027-03-28")


def test_a_day_has_a_row_for_each_job(web: Client) -> None:
    for name in ("one", "two"):
        story.run(story.job(name, DAILY), ago=600)
    page = shown(web, "?day=2026-10-21")
    assert page.count('<th scope="row"><a href="/runs/?job=') == 2
    assert 'href="?day=2026-10-20"' in page and 'href="?day=2026-10-22"' in page


def test_the_days_before_and_after_keep_the_filter(web: Client) -> None:
    story.run(story.job("daily", DAILY), ago=600)
    story.run(story.job("other", story.toml("", "", "")), ago=600)
    page = shown(web, "?tag=bots")
    assert "week=2026-W42&amp;tag=bots" in page
    assert "other, " not in page and "daily, " in page


def test_what_shares_slots_has_lanes_of_its_own(web: Client, settings: Any) -> None:
    settings.MXX_TAG_SLOTS = {"bots": 1}
    story.run(story.job("other", story.toml("", "", "")), ago=600)
    story.run(story.job("daily", DAILY), ago=600)
    page = shown(web)
    assert "Each day from the top: bots, the rest." in page
    assert [int(y) for y in re.findall(r'<rect class="ran" x="18.\d\d%" width="0.50%" y="(\d+)"', page)] == [
        8,
        26,
    ]


def test_several_pools_are_told_apart(web: Client) -> None:
    story.run(story.job("nearby", DAILY), ago=600)
    story.run(story.job("far away", DAILY), ago=500, pool="windows")
    assert 'href="?week=2026-W43&amp;pool=windows"' in shown(web)
    page = shown(web, "?pool=windows")
    assert "far away, " in page and "nearby, " not in page


@pytest.mark.parametrize("query", ["?week=2026-W99", "?day=2026-02-30", "?week=9999-W52", "?day=x&week=%00"])
def test_what_is_no_time_is_this_week(web: Client, query: str) -> None:
    assert "<h1>19 to 25 October</h1>" in shown(web, query)


def test_a_run_over_midnight_stands_in_both_days(web: Client) -> None:
    run = story.run(story.job("late", DAILY), ago=16 * 60, lasted=180)
    assert shown(web).count(f'<a href="/runs/{run.pk}/"><title>') == 2


def test_schedules_every_second_are_bands_not_a_million_moments(web: Client) -> None:
    for number in range(5):
        story.job(f"second {number}", EVERY_SECOND)
    page = shown(web)
    assert len(page) < 40_000
    assert page.count('<path class="due"') == 6  # five days and the key
    assert "Every second" in page and "due all the time" in row(page, "Thu 22")


def test_on_a_full_board_the_evening_is_drawn_as_well_as_the_morning(web: Client) -> None:
    for number in range(80):
        hour = 20 if number % 4 == 0 else 4
        story.job(f"job {number:02}", story.toml("", "", story.cron(f"{number % 60} {hour} * * *")))
    drawn = re.findall(r'<rect class="due" x="(\d+)\.', shown(web))
    assert sum(int(x) > 80 for x in drawn) > 40


def many(jobs: int, runs: int) -> None:
    """Each with a time of its own."""
    for number in range(jobs):
        job = story.job(f"a job of the week number {number}", minutely(number))
        Run.objects.bulk_create(ended(job, place) for place in range(runs))


def minutely(number: int) -> str:
    return story.toml("", f'"tag {number % 12}"', story.cron(f"{number % 60} {number % 24} * * *"))


def ended(job: Job, place: int) -> Any:
    began = clock.now() - timedelta(minutes=7 + place * 37 + job.pk % 60)
    return Run(
        job=job, job_name=job.name, revision=job.revision, status=Status.SUCCEEDED, source=Source.MANUAL,
        queued_at=began, started_at=began, finished_at=began + timedelta(minutes=5), attempt=1,
    )  # fmt: skip


def test_a_full_week_costs_few_queries_and_few_bytes(web: Client, django_assert_max_num_queries: Any) -> None:
    many(jobs=60, runs=40)
    with django_assert_max_num_queries(12):
        answer = web.get("/calendar/", headers={"Accept-Encoding": "gzip"})
    assert len(answer.content) < 60_000
    assert answer.content[:2] == b"\x1f\x8b" and len(gzip.decompress(answer.content)) < 130_000


def test_what_people_write_is_text_in_the_picture(web: Client) -> None:
    job = story.job("daily", DAILY)
    run = story.run(job, Status.FAILED, ago=60, reason=CANARY)
    Run.objects.filter(pk=run.pk).update(job_name=CANARY)
    page = shown(web) + shown(web, "?day=2026-10-21") + shown(web, f"?tag={CANARY}")
    assert CANARY not in page and "alert(1)" in page


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_arrow_keys_go_through_the_board_which_is_one_stop_of_the_tab_key(screen: Screen) -> None:
    job = story.job("hello", story.toml("", "", story.cron("0 12 * * *")))
    runs = [story.run(job, ago=minutes) for minutes in (240, 120)]
    page = screen.open("/calendar/")
    assert page.locator("#board td svg > a").count() >= 2
    assert page.locator("#board td svg > a[tabindex='0']").count() == 1
    page.locator(f"#board a[href='/runs/{runs[0].pk}/']").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#board a:focus")).to_have_attribute("href", f"/runs/{runs[1].pk}/")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/runs/{runs[1].pk}/")
    assert screen.complaints == []
