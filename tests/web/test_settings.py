"""The settings: the zone that a reader's times are told in."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.access.walk import table
from tests.web import story

CANARY = '"><script>alert(1)</script>'


def test_times_are_told_in_the_zone_that_was_chosen(web: Client) -> None:
    story.job("daily", story.toml("", "", story.cron("30 4 * * *")))
    assert " Europe/Berlin" in web.get("/next/").content.decode()
    assert web.post("/settings/zone/", {"zone": "Asia/Tokyo"})["Location"] == "/settings/"
    page = web.get("/next/").content.decode()
    assert " Asia/Tokyo" in page and " Europe/Berlin" not in page
    assert 'value="Asia/Tokyo"' in web.get("/settings/").content.decode()


@pytest.mark.parametrize("zone", ["", "Europe/Berlin"])
def test_without_a_choice_it_is_the_servers(web: Client, zone: str) -> None:
    web.post("/settings/zone/", {"zone": "Asia/Tokyo"})
    web.post("/settings/zone/", {"zone": zone})
    assert 'value="Europe/Berlin"' in web.get("/settings/").content.decode()


@pytest.mark.parametrize("zone", ["Berlin", "../../etc/passwd", "\0", CANARY, "x" * 5000])
def test_a_zone_that_is_none_is_refused_with_an_example(web: Client, zone: str) -> None:
    answer = web.post("/settings/zone/", {"zone": zone})
    page = answer.content.decode()
    assert (answer.status_code, "for example" in page, CANARY in page) == (422, True, False)


@pytest.mark.parametrize("zone", ["Berlin", "../../etc/passwd", CANARY])
def test_a_cookie_that_names_none_is_left_out(web: Client, zone: str) -> None:
    web.cookies["mxx_zone"] = zone
    assert 'value="Europe/Berlin"' in web.get("/settings/").content.decode()


def test_every_page_is_at_most_three_clicks_from_the_first(web: Client) -> None:
    story.run(story.job("daily", story.toml("", "", story.cron("30 4 * * *"))))
    reached, wave = set[str](), {"/"}
    for _ in range(3):
        pages = [answer.content.decode() for answer in map(web.get, sorted(wave)) if not answer.streaming]
        links = {link.partition("#")[0] for page in pages for link in re.findall(r' href="(/[^"?]*)', page)}
        wave = {link for link in links if not link.startswith(("/static/", "/admin/"))} - reached
        reached |= wave
    shown = {
        f"/{route}" for route, row in table().items() if row.get("GET", "open") != "open" and "<" not in route
    }
    assert {path for path in shown if not path.startswith("/api/")} - reached == set()
