"""An exact time on hover: by MXX's clock, and by the reader's where that is another."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from tests.web import story

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("zone", "lines"), [("Asia/Shanghai", 2), ("Europe/Berlin", 1)])
def test_a_time_is_told_in_the_readers_zone_too(
    transactional_db: None, live_server: LiveServer, chromium: Browser, zone: str, lines: int
) -> None:
    client, mira = Client(), User.objects.filter(username="mira").first() or story.admin()
    client.force_login(mira)
    story.job("nightly", story.toml("", "", story.cron("30 4 * * *")))
    context = chromium.new_context(timezone_id=zone)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    page = context.new_page()
    page.goto(f"{live_server.url}/jobs/nightly/")
    time = page.locator(".schedules time").first
    time.hover()
    told = (time.get_attribute("title") or "").split("\n")
    context.close()
    assert (len(told), told[0].endswith("04:30:00 Europe/Berlin")) == (lines, True)
    assert zone in told[-1]
