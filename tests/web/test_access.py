"""Deny by default: a stranger sees a few doors and nothing behind them."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import get_resolver

from jobs.models import Run
from jobs.web import urls
from tests.api.kit import HELLO, person
from tests.web import story

OPEN = {"favicon", "login", "login-code", "login-enrol", "setup", "theme", "language"}
EXAMPLES = {
    "name": "hello",
    "run_id": 1,
    "schedule_id": 1,
    "token": "x",
    "key": "x",
    "number": 1,
    "link_id": 1,
}


def routes() -> list[tuple[str, str]]:
    from django.urls import reverse

    found = []
    for pattern in urls.urlpatterns:
        kwargs = {name: EXAMPLES[name] for name in pattern.pattern.converters}
        assert pattern.name is not None
        found.append((pattern.name, reverse(f"web:{pattern.name}", kwargs=kwargs)))
    return found


def test_every_page_is_walked() -> None:
    assert {name for name, _ in routes()} > OPEN
    assert len(routes()) == len(urls.urlpatterns)
    assert get_resolver()


@pytest.mark.parametrize("method", ["get", "post", "head", "delete"])
@pytest.mark.django_db
def test_a_stranger_is_sent_to_the_login_page_from_everywhere(client: Client, method: str) -> None:
    for name, url in routes():
        if name not in OPEN:
            answer = getattr(client, method)(url)
            assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/login/"), (
                f"{method} {url}"
            )


@pytest.mark.django_db
def test_a_poll_of_an_ended_session_takes_the_whole_page_to_the_login(client: Client) -> None:
    for shown, back in (
        ("http://testserver/runs/1/?x=2", "/runs/1/%3Fx%3D2"),
        ("http://elsewhere/runs/1/", "/"),
    ):
        headers = {"HX-Request": "true", "HX-Current-URL": shown}
        assert client.get("/runs/1/log/", headers=headers)["HX-Redirect"] == f"/login/?next={back}"


@pytest.mark.django_db
def test_a_stranger_may_log_in_with_name_and_password(client: Client, mira: object) -> None:
    from tests.web.story import PASSWORD

    assert client.post("/login/", {"username": "mira", "password": "wrong"}).status_code == 200
    answer = client.post("/login/", {"username": "mira", "password": PASSWORD, "next": "/runs/"})
    assert answer["Location"] == "/runs/"


def test_every_answer_forbids_inline_script_and_style(web: Client) -> None:
    for path in ("/", "/jobs/", "/runs/", "/new-job/", "/runs/99/", "/login/"):
        policy = web.get(path)["Content-Security-Policy"]
        assert "default-src 'self'" in policy and "unsafe" not in policy


def test_a_change_by_get_changes_nothing_and_leads_to_its_page(web: Client) -> None:
    story.job("hello", HELLO)
    for path, page in (
        ("/jobs/hello/run/", "/jobs/hello/"),
        ("/jobs/hello/save/", "/jobs/hello/"),
        ("/runs/1/retry/", "/runs/1/"),
        ("/jobs-chosen/pause/", "/jobs/"),
        ("/quiet/", "/"),
        ("/settings/zone/", "/settings/"),
    ):
        answer = web.get(path)
        assert (answer.status_code, answer["Location"]) == (302, page)
    assert Run.objects.count() == 0


def test_after_a_login_a_sent_change_leads_to_its_page(client: Client, mira: User) -> None:
    story.job("hello", HELLO)
    asked = client.post("/jobs/hello/save/", {"toml": HELLO})
    answer = client.post(asked["Location"], {"username": "mira", "password": story.PASSWORD}, follow=True)
    assert answer.redirect_chain[-1] == ("/jobs/hello/", 302)
    assert answer.status_code == 200


def test_what_is_not_there_is_told_in_words(web: Client) -> None:
    for path, words in (
        ("/jobs/nope/", "nope"),
        ("/runs/99/", "There is no run 99"),
        ("/nowhere/", "There is nothing here"),
    ):
        answer = web.get(path)
        assert answer.status_code == 404
        assert words in answer.content.decode()


@pytest.mark.django_db
def test_a_viewer_may_look_but_change_nothing_and_is_told_why(client: Client) -> None:
    story.job("hello", '[os]\ncmd = "work"\nenv = { KEY = "hush" }\n')
    client.force_login(person("viewer"))
    page = client.get("/jobs/hello/").content.decode()
    assert "hush" not in page and "Run now" not in page
    answer = client.post("/jobs/hello/run/")
    assert (answer.status_code, "Your role, viewer" in answer.content.decode()) == (403, True)


@pytest.mark.django_db
def test_an_account_without_a_role_sees_nothing(client: Client) -> None:
    client.force_login(person("", "guest"))
    answer = client.get("/jobs/")
    assert (answer.status_code, "no role yet" in answer.content.decode()) == (403, True)
