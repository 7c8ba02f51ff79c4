"""Links that start a job, on its page: made and shown once, used, revoked."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from jobs.models import Run, Source, TriggerLink
from tests.api.kit import person
from tests.web import story

PARAMS = '[os]\ncmd = ["echo", "${params.stage}"]\n[params]\nstage = "1-7"\n'
CANARY = '"><script>alert(1)</script>'


@pytest.fixture(autouse=True)
def hello(mira: object) -> None:
    story.job("hello", PARAMS)


def made(web: Client, name: str = "the build server") -> str:
    """Path of a new link."""
    answer = web.post("/jobs/hello/links/", {"name": name})
    found = re.search(r"http://testserver(/api/start/[\w-]+/)", answer.content.decode())
    assert found and "no-store" in answer["Cache-Control"]
    return found[1]


def test_its_address_is_shown_once_and_starts_the_job(web: Client, client: Client) -> None:
    path = made(web)
    assert path not in web.get("/jobs/hello/links/").content.decode()
    client.logout()
    assert client.post(path, {}, content_type="application/json").status_code == 202
    assert Run.objects.get().source == Source.WEBHOOK


def test_the_example_names_the_declared_params(web: Client) -> None:
    page = web.post("/jobs/hello/links/", {"name": "x"}).content.decode()
    assert "{&quot;params&quot;: {&quot;stage&quot;: &quot;1-7&quot;}}" in page


def test_a_revoked_link_starts_nothing(web: Client) -> None:
    path = made(web)
    link = TriggerLink.objects.get()
    assert web.post(f"/jobs/hello/links/{link.pk}/revoke/")["Location"] == "/jobs/hello/links/"
    assert web.post(path, {}, content_type="application/json").status_code == 404


@pytest.mark.parametrize("name", ["", " ", "a\nb", "x" * 101, "\0"])
def test_a_name_that_is_none_is_refused_with_an_example(web: Client, name: str) -> None:
    answer = web.post("/jobs/hello/links/", {"name": name})
    assert (answer.status_code, "the build server" in answer.content.decode()) == (422, True)
    assert not TriggerLink.objects.exists()


def test_only_editors_are_led_to_it(web: Client, client: Client) -> None:
    assert "/jobs/hello/links/" in web.get("/jobs/hello/").content.decode()
    client.force_login(person("operator"))
    assert "/jobs/hello/links/" not in client.get("/jobs/hello/").content.decode()


def test_what_people_wrote_is_text(web: Client) -> None:
    made(web, CANARY)
    page = web.get("/jobs/hello/links/").content.decode()
    assert CANARY not in page and "alert(1)" in page
