"""Single things in a real Chromium: a log that grows by itself, keys, colours, folds, a page without JavaScript."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, Route, expect
from pytest_django.live_server_helper import LiveServer

from jobs import services
from jobs.models import Run, Status
from jobs.timing import clock
from plugins.output.segments import OUT
from tests.web import story, tale
from tests.web.conftest import Screen

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HELLO = '[os]\ncmd = ["echo", "hello"]\n'


@pytest.fixture
def told(transactional_db: None) -> tale.Story:
    return tale.tell()


def test_a_live_log_grows_and_ends_by_itself(told: tale.Story, screen: Screen) -> None:
    run = story.run(story.job("live", HELLO), Status.RUNNING, ago=1, lasted=0)
    writer = story.writer(run)
    writer.append(OUT, 1, b"first words\n")
    page = screen.open(f"/runs/{run.pk}/")
    expect(page.locator("#lines")).to_contain_text("first words")
    writer.append(OUT, 1, "\x1b[32mgreen 雪\x1b[0m\n".encode())
    expect(page.locator("#lines .ansi-green")).to_have_text("green 雪")
    run.move(Status.SUCCEEDED, expect=[Status.RUNNING], finished_at=clock.now())
    expect(page.locator("#run-head .status")).to_have_text("Succeeded")
    assert page.locator("#lines li").count() == 2
    assert screen.complaints == []


def test_the_oldest_lines_go_with_all_that_stood_between_them(screen: Screen) -> None:
    run = story.run(story.job("live", HELLO), Status.RUNNING, ago=1, lasted=0)
    writer = story.writer(run)
    writer.append(OUT, 1, b"first words\n")
    page = screen.open(f"/runs/{run.pk}/")
    page.evaluate("document.getElementById('lines').innerHTML = '<li>long ago</li>\\n'.repeat(6000)")
    writer.append(OUT, 1, b"and on\n")
    expect(page.locator("#lines > li:last-child")).to_contain_text("and on")
    expect(page.locator("#lines > li")).to_have_count(5000)
    nodes = page.evaluate("document.getElementById('lines').childNodes.length")
    assert nodes < 10_100, "a tab that follows for a day would hold ever more"


def test_polling_stops_once_the_run_is_over(screen: Screen) -> None:
    run = story.run(story.job("live", HELLO), Status.RUNNING, ago=1, lasted=0)
    page = screen.open(f"/runs/{run.pk}/")
    polls: list[int] = []
    page.on("response", lambda answer: polls.append(answer.status) if "/log/" in answer.url else None)
    run.move(Status.SUCCEEDED, expect=[Status.RUNNING], finished_at=clock.now())
    expect(page.locator("#run-head .status")).to_have_text("Succeeded")
    page.wait_for_timeout(2500)  # longer than two polls would take
    assert polls.count(286) == 1 and polls[-1] == 286


def test_a_live_page_asks_again_when_the_server_said(screen: Screen) -> None:
    run = story.run(story.job("live", HELLO), Status.RUNNING, ago=1, lasted=0)
    looked: list[float] = []

    def wait_three_seconds(route: Route) -> None:
        looked.append(time.monotonic())
        route.fulfill(headers={"X-Next-Look": "3.0", "HX-Reswap": "none"})

    screen.page.route("**/log/**", wait_three_seconds)
    page = screen.open(f"/runs/{run.pk}/")
    while len(looked) < 2:
        page.wait_for_event("request", lambda request: "/log/" in request.url)
    assert 2.4 < looked[1] - looked[0] < 6
    assert screen.complaints == []


def test_params_are_asked_in_a_small_form(told: tale.Story, screen: Screen) -> None:
    page = screen.open("/jobs/arknights-daily/")
    page.get_by_role("button", name="Run now…").click()
    page.locator("#param-stage").fill("9-9")
    page.get_by_role("button", name="Run now", exact=True).click()
    page.wait_for_url("**/runs/*/")
    assert Run.objects.latest("id").params["stage"] == "9-9"


def test_a_slash_goes_to_the_search_field(screen: Screen) -> None:
    page = screen.open("/jobs/")
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()


def test_r_pressed_twice_starts_one_run(screen: Screen) -> None:
    story.job("hello", HELLO)
    page = screen.open("/jobs/hello/")
    sent = page.evaluate("""() => {
        let sent = 0;
        document.addEventListener("submit", () => { sent += 1; });
        const press = () => document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "r", bubbles: true }));
        press(); press();
        return sent;
    }""")
    page.wait_for_url("**/runs/*/")
    assert (sent, Run.objects.count()) == (1, 1)


def test_colours_can_be_chosen_and_stay(screen: Screen) -> None:
    page = screen.open("/")
    page.get_by_role("button", name="dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    screen.open("/jobs/")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("button", name="as the system").click()
    expect(page.locator("html")).not_to_have_attribute("data-theme", "dark")


def test_everything_works_without_javascript(live_server: LiveServer, context: BrowserContext) -> None:
    token = services.open_link()
    story.job("hello", HELLO)
    browser = context.browser
    assert browser is not None
    bare = browser.new_context(java_script_enabled=False)
    page = bare.new_page()
    page.goto(f"{live_server.url}/setup/{token}/")
    page.fill("#username", "mira")
    page.fill("#password", story.PASSWORD)
    page.click("button[type=submit]")
    page.goto(f"{live_server.url}/jobs/hello/")
    page.fill("#toml", HELLO + "# changed\n")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#toml")).to_have_value(HELLO + "# changed\n")
    page.get_by_role("button", name="Run now").click()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("h1")).to_have_text("Cancelled before it began")
    bare.close()


def test_a_fold_opens_in_place(told: tale.Story, screen: Screen) -> None:
    page = screen.open(f"/runs/{told.failed.pk}/")
    page.locator(".folded a").first.click()
    expect(page.locator("#L600")).to_be_visible()
    assert screen.complaints == []


@pytest.mark.parametrize("language", ["en-GB", "zh-CN"])
def test_long_tags_and_forecasts_do_not_push_a_phone_page_sideways(screen: Screen, language: str) -> None:
    often = 'trigger = "cron"\nminute = "*/7"\nhour = 23\ntimezone = "UTC"'
    story.job("often", story.toml("every few minutes", f'"{"tag-" * 11}"', often))
    page = screen.page
    page.set_extra_http_headers({"Accept-Language": language})
    page.set_viewport_size({"width": 360, "height": 800})
    tomorrow = (clock.now() + timedelta(days=1)).date()
    for path in ("/jobs/", "/jobs/often/", f"/calendar/?day={tomorrow}", "/calendar/"):
        screen.open(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path


@pytest.mark.parametrize("path", ["/jobs/", "/runs/"])
def test_back_in_a_list_nothing_is_ticked_that_chooses_nothing(screen: Screen, path: str) -> None:
    story.run(story.job("hello", HELLO))
    page = screen.open(path)
    page.evaluate(
        "addEventListener('unload', () => {})"
    )  # keeps the page out of the cache that Back would take it from
    page.locator("#choose-all").check()
    page.locator("tbody th a").first.click()
    page.wait_for_load_state()
    page.go_back()
    page.wait_for_load_state()
    chosen = page.locator("tbody input:checked").count()
    assert page.locator("#choose-all").is_checked() == (chosen > 0)
