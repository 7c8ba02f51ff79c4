"""Whoever asks without a pause is held up, alone, in the one error shape."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client

from jobs.api import throttling
from tests.api.kit import Api


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    cache.clear()
    monkeypatch.setattr(throttling, "REQUESTS", 3)
    yield
    cache.clear()


@pytest.mark.parametrize("path", ["jobs/", "health/", "schema/", "no/such/address/"])
def test_too_many_requests_are_429_with_the_seconds_to_wait(api: Api, path: str) -> None:
    for _ in range(throttling.REQUESTS):
        assert api.get(path).status_code != 429
    answer = api.get(path)
    assert answer.status_code == 429
    assert answer.json()["error"]["code"] == "too_many_requests"
    assert int(answer["Retry-After"]) <= 61


def test_one_caller_does_not_hold_up_another(api: Api, viewer: Api, anonymous: Api) -> None:
    for _ in range(throttling.REQUESTS + 1):
        answer = api.get("jobs/")
    assert answer.status_code == 429
    assert viewer.get("jobs/").status_code == 200
    assert anonymous.get("health/").status_code == 503
    assert Client().get("/login/").status_code == 200
