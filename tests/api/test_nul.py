"""A NUL character where a name, a key or a word belongs: PostgreSQL takes none, SQLite does."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.access.walk import CLIENT, routes, table
from tests.api.kit import make_job, person

pytestmark = pytest.mark.django_db
NAMED = [route for route in routes() if "<str:" in route and route in table()]
LISTS = [
    "/jobs/",
    "/runs/",
    "/api/jobs/",
    "/api/runs/",
    "/settings/audit/",
    "/calendar/",
    "/settings/tokens/",
]
WORDS = ["q", "tag", "text", "job", "status", "source", "user", "action", "target", "cursor", "since"]


@pytest.fixture
def boss() -> Client:
    make_job()
    CLIENT.force_login(person("admin", "boss"))
    return CLIENT


@pytest.mark.parametrize("route", NAMED)
def test_in_an_address_it_names_nothing(boss: Client, route: str) -> None:
    for written in ("%00", "hello%00x"):
        path = "/" + route.replace("<str:", "<").replace("<int:", "<")
        for name in ("name", "key", "token"):
            path = path.replace(f"<{name}>", written)
        for other in ("schedule_id", "link_id", "number"):
            path = path.replace(f"<{other}>", "1")
        for method in table()[route]:
            answer = boss.generic(method, path, "{}", content_type="application/json")
            assert answer.status_code < 500 and answer.status_code != 200, (method, path)


@pytest.mark.parametrize("path", LISTS)
def test_in_a_question_it_is_refused_or_finds_nothing(boss: Client, path: str) -> None:
    for word in WORDS:
        assert boss.get(path, {word: "a\0b"}).status_code < 500, word


def test_among_the_chosen_it_is_told_as_unknown(boss: Client) -> None:
    for verb in ("run", "pause", "resume", "delete"):
        assert boss.post(f"/jobs-chosen/{verb}/", {"job": ["\0", "hello"]}).status_code < 500
