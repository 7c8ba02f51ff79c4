"""The newer pages in a real Chromium: no complaint, nothing wider than a phone, keys in the picture."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.web import story, tale
from tests.web.conftest import Screen

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PATHS = [
    "/calendar/",
    "/calendar/?week=2026-W43",
    "/plugins/",
    "/plugins/os/",
    "/settings/",
    "/settings/tokens/",
]


@pytest.fixture
def told(transactional_db: None) -> tale.Story:
    return tale.tell()


@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_complains_or_scrolls_sideways(told: tale.Story, screen: Screen, width: int) -> None:
    screen.page.set_viewport_size({"width": width, "height": 740})
    for path in PATHS:
        page = screen.open(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert screen.complaints == []


def test_arrow_keys_go_through_the_board_which_is_one_stop_of_the_tab_key(screen: Screen) -> None:
    job = story.job("hello", story.toml("", "", story.cron("0 12 * * *")))
    runs = [story.run(job, ago=minutes) for minutes in (240, 120)]
    page = screen.open("/calendar/")
    links = page.locator("#board td svg > a")
    assert links.count() >= 2
    assert page.locator("#board td svg > a[tabindex='0']").count() == 1
    page.locator(f"#board a[href='/runs/{runs[0].pk}/']").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#board a:focus")).to_have_attribute("href", f"/runs/{runs[1].pk}/")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/runs/{runs[1].pk}/")
    assert screen.complaints == []
