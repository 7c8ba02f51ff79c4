"""Who is known to the API, and what a role hides. Every route x role x method: tests/access."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from jobs.models import Token
from jobs.timing import clock
from tests.api.kit import Api, key_of, make_job


def test_a_viewer_may_read(viewer: Api) -> None:
    make_job()
    assert viewer.get("jobs/hello/").status_code == 200
    assert viewer.post("jobs/hello/pause/").status_code == 403


def test_who_may_not_edit_a_job_sees_no_value_that_may_be_a_secret(viewer: Api, api: Api) -> None:
    make_job(toml='[os]\ncmd = "work"\nenv = { KEY = "hush" }\n')
    for address in ("jobs/", "jobs/hello/", "jobs/hello/revisions/"):
        assert b"hush" not in viewer.get(address).content
        assert b"hush" in api.get(address).content


@pytest.mark.parametrize(
    "key", ["", "x", "mxx_" + "0" * 64, "a b", "mxx_" + "f" * 100_000, "\xff\xfe", "mxx_\x7f", "é"]
)
def test_a_token_that_is_none_is_401_and_never_more(db: None, key: str) -> None:
    response = Client().get("/api/jobs/", headers={"Authorization": f"Bearer {key}"})
    assert response.status_code == 401
    assert response.json()["error"]["code"] == "not_authenticated"
    assert response["WWW-Authenticate"] == "Bearer"


def test_an_expired_token_is_401_and_stays_in_the_list(boss: User) -> None:
    token, key = Token.objects.create(user=boss, expiry=timedelta(hours=1))
    with clock.shifted(3601):
        response = Api(key).get("jobs/")
    assert response.status_code == 401
    assert "expired" in response.json()["error"]["message"]
    assert Token.objects.filter(pk=token.pk).exists()


def test_the_token_of_a_user_who_was_switched_off_is_401(boss: User) -> None:
    key = key_of(boss)
    User.objects.update(is_active=False)
    assert Api(key).get("jobs/").status_code == 401


def test_a_wrong_token_is_refused_at_the_open_door_too(db: None) -> None:
    assert Api("mxx_wrong").get("health/").status_code == 401


def test_who_is_known_is_asked_with_one_query(api: Api, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        api.get("nowhere/")


def test_a_session_without_its_csrf_token_may_read_but_not_write(boss: User) -> None:
    make_job()
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(boss)
    assert browser.get("/api/jobs/hello/").status_code == 200
    response = browser.post("/api/jobs/hello/trigger/")
    assert response.status_code == 403
    assert response.json()["error"]["code"] == "not_allowed"


def test_a_session_with_its_csrf_token_may_write(boss: User) -> None:
    make_job()
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(boss)
    browser.get("/admin/jobs/job/")
    token = browser.cookies["csrftoken"].value
    response = browser.post(
        "/api/jobs/hello/trigger/", "{}", content_type="application/json", headers={"X-CSRFToken": token}
    )
    assert response.status_code == 202


def test_a_header_cannot_turn_a_get_into_a_delete(api: Api) -> None:
    make_job()
    assert api.get("jobs/hello/", X_HTTP_Method_Override="DELETE").status_code == 200
    assert api.get("jobs/hello/").status_code == 200
