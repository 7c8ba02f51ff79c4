"""Every page in a real Chromium, in both languages, both widths and both colour schemes: axe-core finds nothing serious, the console
nothing at all, and no page is wider than its screen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

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
SIZES = {1280: 800, 360: 4000}
"""A phone's is so tall that no foot that sticks to the window lies over a button: one may scroll, axe-core does not."""
OPTIONS: dict[str, Any] = {
    "resultTypes": ["violations"],
    "rules": {"target-size": {"enabled": True}},
}
SIGHT = OPTIONS | {
    "runOnly": ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"]
}
"""Only what another width or other colours can change: names and roles were looked at in the same language."""
FIRST_ROWS = {"exclude": [["tr:nth-child(n + 9)"], ["li:nth-child(n + 9)"]]}
"""Enough of a list for that: the fiftieth row is as wide and as bright as the eighth, and as dear."""


class Look(NamedTuple):
    scheme: Literal["light", "dark"]
    other: Literal["light", "dark"]
    options: dict[str, Any]
    where: dict[str, Any] | None = None


LOOKS = {
    ("en", 1280): Look("light", "dark", OPTIONS),
    ("en", 360): Look("dark", "light", SIGHT, FIRST_ROWS),
    ("zh-CN", 1280): Look("dark", "light", SIGHT, FIRST_ROWS),
    ("zh-CN", 360): Look("light", "dark", OPTIONS, FIRST_ROWS),
}


def findings(page: Page, options: dict[str, Any] = OPTIONS, where: dict[str, Any] | None = None) -> list[str]:
    page.evaluate(AXE_SCRIPT)
    asked = [where or {"include": [["html"]]}, options]
    found = page.evaluate("asked => axe.run(...asked)", asked)["violations"]
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


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_page_is_for_everybody(told: tale.Story, screen: Screen, language: str) -> None:
    """A page is loaded for each language and width, and shown in both schemes; each of the four is looked at once."""
    screen.page.set_extra_http_headers({"Accept-Language": language})
    wrong = [
        f"{path} at {width} px: {one}"
        for width in SIZES
        for path in every_page(told)
        for one in _seen(screen, path, width, LOOKS[language, width])
    ]
    assert wrong == [], "\n".join(wrong)
    assert screen.complaints == []


def _seen(screen: Screen, path: str, width: int, look: Look) -> Iterator[str]:
    """What is wrong with one page."""
    page = screen.page
    page.set_viewport_size({"width": width, "height": SIZES[width]})
    page.emulate_media(color_scheme=look.scheme)
    screen.open(path)
    yield from findings(page, look.options, look.where)
    if not page.locator("header a[href='/jobs/']").count():
        yield "no way to the jobs"
    for scheme in (look.scheme, look.other):
        page.emulate_media(color_scheme=scheme)
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            yield f"{wide} px wide when {scheme}"


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
