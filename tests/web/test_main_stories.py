"""What people come for, from the first click to the end, at a desk and on a phone, in light and dark, in a real Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from jobs import services
from jobs.models import Job, Run, Status
from jobs.timing import clock
from plugins.output.segments import OUT
from tests.web import story
from tests.web.conftest import Screen

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NOON = datetime(2026, 10, 21, 10, 0, tzinfo=UTC)
HELLO = '[job]\ntimeout = "2h"\n\n[os]\ncmd = ["echo", "hello"]\n'


@pytest.fixture
def noon() -> Iterator[None]:
    """In the middle of a Wednesday, so that a week and a day hold what lies some hours away."""
    with clock.shifted(NOON - clock.now()):
        yield


@pytest.fixture(params=[(1280, "light"), (360, "dark")], ids=["desk", "phone"])
def device(request: pytest.FixtureRequest, noon: None, screen: Screen) -> Iterator[Screen]:
    """Nothing may scroll sideways at the end of a story, and nothing may have complained."""
    width, scheme = request.param
    screen.page.set_viewport_size({"width": width, "height": 800})
    screen.page.emulate_media(color_scheme=scheme)
    story.supervisor()
    yield screen
    assert screen.page.evaluate("document.documentElement.scrollWidth") <= width
    assert screen.complaints == []


def test_run_now_is_watched_to_its_end(device: Screen) -> None:
    story.job("hello", HELLO)
    page = device.open("/jobs/hello/")
    page.get_by_role("button", name="Run now").click()
    expect(page.locator("h1")).to_have_text("Waits for its turn")
    run = Run.objects.get()
    run.move(Status.RUNNING, expect=[Status.QUEUED], started_at=clock.now(), attempt=1)
    story.writer(run).append(OUT, 1, b"hello\n")
    expect(page.locator("#lines")).to_contain_text("hello")
    run.move(Status.SUCCEEDED, expect=[Status.RUNNING], finished_at=clock.now())
    expect(page.locator("#run-head .status")).to_have_text("Succeeded")
    expect(page).to_have_title("Succeeded: hello · MXX")


def test_an_error_is_told_at_its_field_and_mended_before_the_save(device: Screen) -> None:
    story.job("hello", HELLO)
    page = device.open("/jobs/hello/")
    device.unfold()
    page.locator("#f-job-timeout").fill("soon")
    page.locator("#f-job-timeout").blur()
    expect(page.locator("#p-f-job-timeout")).to_contain_text("soon")
    expect(page.locator("#gutter mark")).to_have_text("2")
    page.locator("#f-job-timeout").fill("3h")
    page.locator("#f-job-timeout").blur()
    expect(page.locator("#told")).to_contain_text("All is well")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".notice")).to_contain_text("Saved")
    assert Job.objects.get().toml == HELLO.replace("2h", "3h")


def test_a_schedule_is_built_and_tells_its_next_ten_times(device: Screen) -> None:
    story.job("hello", HELLO)
    page = device.open("/jobs/hello/")
    page.get_by_role("button", name="Add a schedule").click()
    expect(page.locator(".plugin.schedule")).to_have_count(1)
    device.unfold()
    page.get_by_label("hour", exact=True).fill("4")
    page.get_by_label("minute", exact=True).fill("30")
    page.get_by_label("minute", exact=True).blur()
    told = page.locator(".times-of")
    expect(told).to_contain_text("Every day at 04:30")
    expect(told.locator("li")).to_have_count(10)
    expect(told).to_contain_text("the clock goes back")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".schedules")).to_contain_text("Every day at 04:30")


def test_several_jobs_are_paused_at_once(device: Screen) -> None:
    for name in ("one", "two", "three"):
        story.job(name, story.toml("", "", story.cron("0 4 * * *")))
    page = device.open("/jobs/")
    page.get_by_label("Choose one").check()
    page.get_by_label("Choose two").check()
    page.locator("#chosen").get_by_role("button", name="Pause").click()
    expect(page.locator("tr.paused")).to_have_count(2)
    assert set(Job.objects.filter(enabled=False).values_list("name", flat=True)) == {"one", "two"}


def test_a_run_is_cancelled_where_it_is_watched(device: Screen) -> None:
    run = story.run(story.job("hello", HELLO), Status.QUEUED, ago=1, lasted=None)
    page = device.open(f"/runs/{run.pk}/")
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("h1")).to_have_text("Cancelled before it began")


def test_a_shape_of_the_calendar_leads_to_its_run_or_its_schedule(device: Screen) -> None:
    job = story.job("hello", story.toml("", "", story.cron("0 20 * * *")))
    run = story.run(job, Status.FAILED, ago=120, lasted=60)
    page = device.open("/calendar/")
    page.locator(f"#board a[href='/runs/{run.pk}/']").click()
    page.wait_for_url(f"**/runs/{run.pk}/")
    page.go_back()
    page.locator("#board a[href^='/jobs/hello/']").first.click()
    page.wait_for_url("**/jobs/hello/**")


def test_an_earlier_text_is_compared_and_brought_back(device: Screen) -> None:
    job = story.job("hello", HELLO)
    changed = services.read_draft(text=HELLO.replace("2h", "3h"))
    services.save_job(name="hello", draft=changed, source="page", job=job)
    page = device.open("/jobs/hello/revisions/")
    page.locator("a[href='/jobs/hello/revisions/1/']").first.click()
    page.get_by_role("button", name="Bring it back").click()
    page.wait_for_url("**/jobs/hello/")
    assert Job.objects.get().toml == HELLO


def test_language_and_colours_are_chosen_and_stay(device: Screen) -> None:
    page = device.open("/")
    page.get_by_role("button", name="dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("button", name="简体中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
    device.open("/jobs/")
    expect(page.locator("h1")).to_have_text("任务")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_what_went_wrong_leads_to_its_first_error(device: Screen) -> None:
    run = story.run(story.job("hello", HELLO), Status.FAILED, ago=30, reason="echo ended with code 1")
    story.log(run, [story.Said(0.1, "well\n"), story.Said(0.2, "ERROR: it broke\n")])
    page = device.open("/")
    expect(page.locator("h1")).to_have_text("One job needs you")
    page.get_by_role("link", name="Look").click()
    page.get_by_role("link", name="First error").first.click()
    expect(page.locator("#L2")).to_be_in_viewport()
    assert run.finished_at is not None and run.finished_at < clock.now() - timedelta(minutes=1)
