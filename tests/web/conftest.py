"""A logged-in client for quick looks, a real Chromium for the rest."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.web import story

POLICY = "jobs.web.headers.ContentSecurityPolicy"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, settings: Any) -> Path:
    """Runs are written and read below here; every answer carries the policy, as behind the real server."""
    settings.MXX_HOME = tmp_path
    settings.MXX_TIMEZONE = "Europe/Berlin"
    if POLICY not in settings.MIDDLEWARE:
        settings.MIDDLEWARE = [POLICY, *settings.MIDDLEWARE]
    return tmp_path


@pytest.fixture
def mira(db: None) -> User:
    return story.admin()


@pytest.fixture
def web(client: Client, mira: User) -> Client:
    """Somebody who may do everything."""
    client.force_login(mira)
    return client


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        if os.environ.get("MXX_REQUIRE_SERVICES") == "1":
            pytest.fail("Chromium is not installed, and MXX_REQUIRE_SERVICES=1 wants it")
        pytest.skip("Chromium is not installed")
    # Playwright's loop lives in this thread while it is open; Django would take every query for an async one.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


class Screen:
    """A page of a logged-in person. `complaints` holds every console error, policy violation and failed request."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.complaints: list[str] = []
        page.on("console", lambda message: self._note(message.type, message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("response", lambda answer: self._note_answer(answer.status, answer.url))

    def open(self, path: str) -> Page:
        self.page.goto(self.address + path)
        return self.page

    def unfold(self) -> None:
        """On a phone the parts of an editor are folded; elsewhere this does nothing."""
        folded = self.page.locator(".fold:not([open]) > summary:visible")
        while folded.count():
            folded.first.click()

    def _note(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(text)

    def _note_answer(self, status: int, url: str) -> None:
        if status >= 400:
            self.complaints.append(f"{status} {url}")


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(10_000)
    yield context
    context.close()


@pytest.fixture
def screen(transactional_db: None, live_server: LiveServer, context: BrowserContext) -> Screen:
    """Logged in as mira, by a session and not by the form: that has its own test."""
    client = Client()
    client.force_login(User.objects.filter(username="mira").first() or story.admin())
    cookie = client.cookies[django_settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    return Screen(context.new_page(), live_server.url)
