"""The settings: the zone that a reader's times are told in."""

from __future__ import annotations

import pytest
from django.test import Client

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
