"""A short part of benchmarks/soak_api.py: what the OpenAPI document allows and what it does not, with every check."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connection
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.core.result import Ok

from benchmarks.apifuzz.hooks import shorten
from tests.api.kit import HELLO, key_of, make_job, person, row_counts

CONFIG = Path(__file__).parents[2] / "benchmarks/apifuzz/schemathesis.toml"
briefly = settings(
    max_examples=2,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def application(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """In the test's own transaction: no request closes its connection."""
    monkeypatch.setenv("MXX_FUZZ_LINK", "no such link")
    cache.clear()
    if connection.vendor == "postgresql":  # schemathesis thinks for longer than a transaction of MXX may
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield get_wsgi_application()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def fuzz(application: Any, key: str, mode: GenerationMode) -> int:
    """How many requests were sent; each answer was held to the document."""
    headers, sent = {"Authorization": f"Bearer {key}", "Accept-Encoding": "identity"}, []
    schema = schemathesis.openapi.from_wsgi(
        "/api/schema/", application, config=SchemathesisConfig.from_path(CONFIG), headers=headers
    )

    def one(case: Any) -> None:
        shorten(case)
        sent.append(case.call_and_validate(headers=headers))

    for found in schema.get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()
        if mode == GenerationMode.POSITIVE or operation.body or operation.query or operation.path_parameters:
            briefly(given(operation.as_strategy(generation_mode=mode))(one))()
    return len(sent)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["right", "wrong"])
def test_each_answer_to_an_editor_is_one_that_the_document_tells(
    application: Any, mode: GenerationMode
) -> None:
    make_job("nightly backup", HELLO)
    assert fuzz(application, key_of(person("editor"), "edit"), mode) > 50


def test_nothing_that_a_viewer_sends_changes_anything(application: Any) -> None:
    make_job("nightly backup", HELLO)
    before = row_counts()
    assert fuzz(application, key_of(person("viewer"), "read"), GenerationMode.POSITIVE) > 50
    assert row_counts() == before
