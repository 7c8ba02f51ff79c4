"""A new user gets from the printed link to a scheduled job without a dead end, and "run it" is never far."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext

from jobs.models import Run
from tests.chaos.mxx import Mxx
from tests.web import tale
from tools.newcomer import Film, first_link, story


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Mxx]:
    mxx = Mxx(tmp_path / "fresh").up()
    yield mxx
    mxx.stop()


@pytest.mark.browser
def test_from_the_printed_link_to_a_job_in_the_calendar(fresh: Mxx, context: BrowserContext) -> None:
    page, complaints = context.new_page(), list[str]()
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    film = Film(page)
    story(film, first_link(fresh.log))
    assert film.shots == 10
    assert complaints == []


@pytest.mark.django_db
def test_a_job_can_be_run_in_three_clicks_from_every_page(client: Client) -> None:
    """One to the jobs, which test_axe finds on each, one on Run; one more where a job asks for params, in its form."""
    client.force_login(tale.tell().mira)
    assert 'action="/jobs/nas-reachable/run/"' in client.get("/jobs/").content.decode()
    before = Run.objects.count()
    assert client.post("/jobs/nas-reachable/run/").status_code == 302
    assert Run.objects.count() == before + 1
