from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.db import connection
from django.test import override_settings

from tests.isolation import HOME

hypothesis.settings.register_profile(
    "any load", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("any load")

WAITING = ("tests/chaos/", "tests/client/")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that mostly wait for other processes come first: two workers that end with quick ones end together."""
    items.sort(key=lambda item: not item.nodeid.startswith(WAITING))


@pytest.fixture(scope="session", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """Argon2 takes 50 ms and 100 MB by design; what is tested here is who comes in, not how dear guessing is."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(autouse=True)
def no_folder_of_another_tests_run() -> Iterator[None]:
    """A row that is rolled back leaves its id to the next run, but would leave it its folder too."""
    yield
    runs = Path(HOME, "runs")
    if runs.exists():
        shutil.rmtree(runs)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """A file, as in use. In memory, whoever meets another one's transaction is refused at once; a test and its live
    server are two as soon as Playwright's loop runs, since Django then has a connection of its own for the test."""
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(Path(HOME, "test.sqlite3"))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Tests with real transactions empty all tables afterwards. SQLite does that row by row; PostgreSQL empties no table that
    one refers to which Django does not know: knox makes that of its own token model, although ours stands for it."""
    in_the_way = {
        "sqlite": "DROP TRIGGER audit_no_delete",
        "postgresql": "DROP TABLE IF EXISTS knox_authtoken",
    }
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(in_the_way[connection.vendor])
