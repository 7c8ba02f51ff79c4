"""Deny by default: a walk over all routes, methods and kinds of caller."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from jobs.api.urls import urlpatterns
from jobs.models import Token
from jobs.timing import clock
from tests.api.kit import Api, key_of, make_job, row_counts

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
WRITING = METHODS[3:]


def addresses() -> Iterator[str]:
    for pattern in urlpatterns:
        yield re.sub(r"<int:\w+>", "1", re.sub(r"<str:\w+>", "hello", str(pattern.pattern)))
    yield "no/such/address"


ADDRESSES = [*addresses()]


@pytest.mark.parametrize("address", ADDRESSES)
def test_who_is_not_known_gets_401_everywhere_but_at_health(anonymous: Api, address: str) -> None:
    make_job()
    for method in METHODS:
        response = anonymous.ask(method, address)
        assert (response.status_code == 401) != (address == "health/"), (method, response.status_code)


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_user_without_permissions_changes_nothing(viewer: Api, address: str) -> None:
    make_job()
    before = row_counts()
    for method in WRITING:
        response = viewer.ask(method, address, {})
        assert response.status_code in (403, 404, 405) or address == "schedules/preview/", (method, response)
    assert row_counts() == before


def test_a_user_without_permissions_may_read(viewer: Api) -> None:
    make_job()
    assert viewer.get("jobs/hello/").status_code == 200
    assert viewer.post("jobs/hello/pause/").status_code == 403


def test_a_django_permission_opens_what_it_names_and_nothing_else(db: None) -> None:
    user = User.objects.create_user("operator")
    user.user_permissions.add(Permission.objects.get(codename="add_run"))
    api = Api(key_of(user))
    make_job()
    assert api.post("jobs/hello/trigger/").status_code == 202
    assert api.delete("jobs/hello/").status_code == 403


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
