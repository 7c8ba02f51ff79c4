"""The first page says in a sentence how things stand."""

from __future__ import annotations

from django.test import Client

from jobs.models import Status
from tests.web import story

DAILY = story.toml("", '"x"', story.cron("30 4 * * *"))
OFTEN = story.toml("", '"x"', 'trigger = "interval"\nseconds = 2')


def shown(web: Client) -> str:
    return web.get("/").content.decode()


def test_all_quiet(web: Client) -> None:
    story.supervisor()
    story.run(story.job("daily", DAILY))
    page = shown(web)
    assert "<h1>All quiet</h1>" in page and 'class="banner"' not in page


def test_failed_jobs_make_the_headline(web: Client) -> None:
    for name in ("one", "two"):
        story.run(story.job(name, DAILY), Status.FAILED, reason="sh ended with code 1")
    page = shown(web)
    assert "<h1>Two jobs need you</h1>" in page
    assert "Sh ended with code 1 after 1 min." in page


def test_a_silent_scheduler_is_a_red_banner_with_words(web: Client) -> None:
    story.supervisor(heard_ago=240)
    for path in ("/", "/jobs/", "/runs/"):
        page = web.get(path).content.decode()
        assert "Nothing will start at the moment." in page and "4 min ago" in page


def test_without_any_supervisor_the_banner_says_so(web: Client) -> None:
    assert "has not been heard yet" in shown(web)


def test_a_schedule_every_two_seconds_takes_one_line(web: Client) -> None:
    story.job("often", OFTEN)
    page = shown(web)
    assert page.count('href="/jobs/often/"') == 1
    assert "every 2 seconds" in page


def test_the_page_costs_the_same_queries_for_any_number_of_jobs(
    web: Client, django_assert_max_num_queries: object
) -> None:
    for number in range(30):
        job = story.job(f"job {number}", DAILY)
        story.history(job, count=3, every=60, lasted=1)
        story.run(job, Status.FAILED, reason="it broke")
        story.run(job, Status.RUNNING, ago=1)
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        shown(web)


def test_a_waiting_run_says_why(web: Client) -> None:
    story.run(story.job("daily", DAILY), Status.QUEUED, ago=6, lasted=None, reason="the job is still running")
    assert "waits 6 min: the job is still running" in shown(web)
