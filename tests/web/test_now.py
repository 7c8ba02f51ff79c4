"""The first page says in a sentence how things stand."""

from __future__ import annotations

from django.test import Client

from jobs.models import Status
from jobs.timing import clock
from tests.api.kit import person
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


def test_what_is_due_all_the_time_is_not_counted_by_its_samples(web: Client) -> None:
    story.job("often", OFTEN)
    assert "nothing went wrong; due all the time." in shown(web)
    story.job("daily", DAILY)
    assert "nothing went wrong; 1 due, more due all the time." in shown(web)


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


def test_what_failed_since_the_last_look_and_is_good_again_is_told_once(web: Client) -> None:
    daily = story.job("daily", DAILY)
    story.run(daily, Status.FAILED, ago=300, reason="sh ended with code 1")
    story.run(daily, Status.FAILED, ago=200, reason="sh ended with code 1")
    story.run(daily, ago=60)
    page = shown(web)
    assert "<h1>All quiet</h1>" in page and "Went wrong meanwhile" in page
    assert "2 times, good again" in page
    assert "Went wrong meanwhile" in shown(web)
    web.post("/seen/")
    assert "Went wrong meanwhile" not in shown(web)


def looked(web: Client, *, hours_ago: float) -> None:
    """The reader was last here so long ago."""
    at = int(clock.now().timestamp() - hours_ago * 3600)
    web.cookies["mxx_looked"] = f"{at}.{at}"


def test_after_a_weekend_it_reaches_back_to_the_last_look(web: Client) -> None:
    daily = story.job("daily", DAILY)
    story.run(daily, Status.FAILED, ago=40 * 60, reason="sh ended with code 1")
    story.run(daily, ago=60)
    looked(web, hours_ago=30)
    assert "Went wrong meanwhile" not in shown(web)
    looked(web, hours_ago=60)
    assert "once, good again" in shown(web)


def test_what_needs_you_and_is_new_is_said_first(web: Client) -> None:
    story.run(story.job("daily", DAILY), Status.FAILED, ago=60, reason="sh ended with code 1")
    looked(web, hours_ago=3)
    assert "1 job went wrong since you last looked." in shown(web)
    looked(web, hours_ago=0)
    assert "since you last looked" not in shown(web)


def test_a_poll_is_no_look_and_a_strange_cookie_none_either(web: Client) -> None:
    for cookie in ("x", "1.x", "9999999999.9999999999", "-1.-1", "²." + "9" * 400):
        web.cookies["mxx_looked"] = cookie
        assert web.get("/", headers={"HX-Request": "true"}).status_code == 200
    assert "mxx_looked" not in web.get("/", headers={"HX-Request": "true"}).cookies


def test_who_may_only_look_has_no_button_that_is_refused(client: Client, db: None) -> None:
    story.run(story.job("daily", DAILY), Status.FAILED, reason="sh ended with code 1")
    client.force_login(person("viewer"))
    page = shown(client)
    assert "Retry" not in page and "New job" not in page
