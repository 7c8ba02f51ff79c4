"""Every page in a real Chromium, in both languages, both widths and both colour schemes: axe-core finds nothing serious, the console
nothing at all, and no page is wider than its screen."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from jobs import services
from tests.web import tale
from tests.web.conftest import Screen
from tests.web.places import admin_pages, every_page, furnish

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
GRAVE = ("serious", "critical")
OPTIONS: dict[str, Any] = {"resultTypes": ["violations"]}


def findings(page: Page, options: dict[str, Any] = OPTIONS) -> list[str]:
    page.evaluate(AXE_SCRIPT)
    found = page.evaluate("options => axe.run(options)", options)["violations"]
    return [
        f"{one['id']}: {node['html'][:150]} {node['any'][0]['message'][:120] if node['any'] else ''}"
        for one in found
        if one["impact"] in GRAVE
        for node in one["nodes"][:4]
    ]


@pytest.fixture
def told(transactional_db: None) -> tale.Story:
    """Before `screen`, which logs in whom it finds."""
    return furnish(tale.tell())


@pytest.mark.parametrize(
    ("language", "width", "scheme"), [("en", 1280, "light"), ("zh-CN", 360, "dark")], ids=["desk", "phone"]
)
def test_every_page_is_for_everybody(
    told: tale.Story, screen: Screen, language: str, width: int, scheme: str
) -> None:
    page = screen.page
    page.set_viewport_size({"width": width, "height": 800})
    page.set_extra_http_headers({"Accept-Language": language})
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    wrong: dict[str, list[str]] = {}
    for path in every_page(told):
        told_here = findings(screen.open(path))
        wide = page.evaluate("document.documentElement.scrollWidth")
        told_here += [f"{wide} px wide"] if wide > width else []
        told_here += [] if page.locator("header a[href='/jobs/']").count() else ["no way to the jobs"]
        if told_here:
            wrong[path] = told_here
    assert wrong == {}, "\n".join(f"{path}: {one}" for path, all_here in wrong.items() for one in all_here)
    assert screen.complaints == []


def test_the_administration_is_for_everybody(told: tale.Story, screen: Screen) -> None:
    """Django's search field has a label, of a picture with a text: axe-core does not see that one."""
    options = OPTIONS | {"rules": {"label-title-only": {"enabled": False}}}
    wrong = {path: findings(screen.open(path), options) for path in admin_pages()}
    assert {path: found for path, found in wrong.items() if found} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_doors_are_for_everybody(
    transactional_db: None, live_server: LiveServer, context: BrowserContext, scheme: str
) -> None:
    link = services.open_link()
    page = context.new_page()
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    for path in ("/login/", f"/setup/{link}/", "/setup/wrong/"):
        page.goto(live_server.url + path)
        assert findings(page) == [], path
