"""One error shape everywhere, and no body that can break the parser."""

from __future__ import annotations

import logging
from typing import Any

import psycopg
import pytest
from django.db import InternalError, OperationalError
from django.test import Client

from jobs.api.errors import answer
from tests.api.kit import Api, only_field


def error_of(response: Any) -> dict[str, Any]:
    """The error of a refusal, after a look at its shape."""
    body = response.json()
    assert list(body) == ["error"]
    assert set(body["error"]) == {"code", "message", "fields"}
    assert response["Content-Type"] == "application/json"
    for field in body["error"]["fields"]:
        assert {"field", "code", "message", "example"} <= set(field)
    return dict(body["error"])


def test_an_unknown_address_is_404_in_the_shape_and_says_that_addresses_end_with_a_slash(api: Api) -> None:
    response = api.get("jobs")
    assert response.status_code == 404
    assert "/api/jobs/" in error_of(response)["message"]


@pytest.mark.parametrize(
    "path", ["jobs/a/b/c/", "jobs//", "runs/abc/", "runs/-1/", "..;/jobs/", "JOBS/", "jobs/a%2Fb/"]
)
def test_addresses_that_nobody_made_are_404(api: Api, path: str) -> None:
    response = api.get(path)
    assert response.status_code == 404
    assert error_of(response)["code"] == "not_found"


def test_an_unknown_job_is_404_by_name(api: Api) -> None:
    assert "'nobody'" in error_of(api.get("jobs/nobody/"))["message"]


@pytest.mark.parametrize("name", ["%00", "%FF", "%ED%A0%80", "%E2%80%AE", "%0A", "x" * 3000, "..", "%2e%2e"])
def test_a_job_of_an_impossible_name_is_404(api: Api, name: str) -> None:
    assert api.get(f"jobs/{name}/").status_code == 404


@pytest.mark.parametrize("number", ["0", "999", str(2**63), "9" * 300])
def test_an_unknown_run_is_404_however_large_its_number(api: Api, number: str) -> None:
    response = api.get(f"runs/{number}/")
    assert response.status_code == 404
    assert error_of(response)["code"] == "not_found"


def test_a_method_that_an_address_does_not_have_is_405_and_the_others_are_named(api: Api) -> None:
    response = api.put("runs/")
    assert response.status_code == 405
    assert error_of(response)["code"] == "method_not_allowed"
    assert "GET" in response["Allow"]


def test_a_client_that_accepts_no_json_is_406_and_still_reads_json(api: Api) -> None:
    response = api.get("jobs/", accept="image/png")
    assert response.status_code == 406
    assert error_of(response)["code"] == "not_acceptable"


@pytest.mark.parametrize(
    "content_type", ["application/xml", "text/plain", "application/x-www-form-urlencoded"]
)
def test_a_body_that_is_no_json_by_its_type_is_415(api: Api, content_type: str) -> None:
    response = api.post("jobs/", "name=x", content_type=content_type)
    assert response.status_code == 415
    assert error_of(response)["code"] == "unsupported_media_type"


def test_a_body_above_one_mebibyte_is_413(api: Api) -> None:
    response = api.post("jobs/", {"name": "x" * 1024 * 1024})
    assert response.status_code == 413
    assert error_of(response)["code"] == "too_large"


def test_a_form_above_one_mebibyte_in_a_session_is_413(boss: Any) -> None:
    client = Client()
    client.force_login(boss)
    response = client.post("/api/jobs/", {"name": "x" * 2 * 1024 * 1024})
    assert response.status_code in (413, 415)
    assert error_of(response)["fields"] == []


def test_broken_json_is_told_with_line_and_column(api: Api) -> None:
    field = only_field(api.post("jobs/", '{"name": "x",\n  "config": nope}'))
    assert (field["code"], field["line"], field["column"]) == ("json", 2, 13)


def test_bytes_that_are_not_utf8_are_told_with_line_and_column(api: Api) -> None:
    field = only_field(api.post("jobs/", b'{"name":\n "\xff"}'))
    assert (field["code"], field["line"], field["column"]) == ("encoding", 2, 3)


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_a_hundred_thousand_levels_of_nesting_are_400(api: Api, opening: str) -> None:
    response = api.post("jobs/", opening * 100_000)
    assert response.status_code == 400
    assert only_field(response)["code"] == "depth"


def test_forty_levels_of_nesting_are_400_though_they_could_be_read(api: Api) -> None:
    assert only_field(api.post("jobs/", "[" * 40 + "]" * 40))["code"] == "depth"


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 30, "9" * 5000])
def test_a_number_that_json_or_a_column_cannot_hold_is_400(api: Api, number: str) -> None:
    assert only_field(api.post("jobs/", f'{{"name": {number}}}'))["code"] == "number"


@pytest.mark.parametrize("number", ["NaN", "1e999", "9" * 30])
def test_a_number_that_fits_nowhere_is_told_with_its_field(api: Api, number: str) -> None:
    config = f'{{"job": {{"priority": {number}}}, "os": {{"cmd": "x"}}}}'
    field = only_field(api.post("jobs/", f'{{"name": "x", "config": {config}}}'))
    assert (field["field"], field["code"]) == ("job.priority", "number")


@pytest.mark.parametrize("text", ['"\\ud800"', '"a\\u0000b"', '{"\\u0000": 1}', '[["\\udfff"]]'])
def test_text_that_no_database_can_store_is_400_at_any_depth(api: Api, text: str) -> None:
    assert only_field(api.post("jobs/", f'{{"name": "x", "config": {{"a": {text}}}}}'))["code"] == "character"


def test_a_key_that_stands_twice_is_400(api: Api) -> None:
    field = only_field(api.post("jobs/", '{"name": "x", "name": "y"}'))
    assert (field["field"], field["code"]) == ("name", "duplicate")


@pytest.mark.parametrize("body", ["[]", '"x"', "null", "3", "true"])
def test_a_body_that_is_no_object_is_400(api: Api, body: str) -> None:
    for path in ("jobs/", "schedules/preview/"):
        assert only_field(api.post(path, body))["code"] == "type"


def test_an_error_that_nobody_foresaw_is_500_without_its_words(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, "mxx.api"):
        response = answer(RuntimeError("the password is swordfish"))
    assert response.status_code == 500
    assert b"swordfish" not in response.content
    assert "swordfish" in caplog.text


def ended_by_the_server() -> InternalError:
    """As Django wraps what PostgreSQL says to a session whose transaction slept for too long."""
    error = InternalError("terminating connection")
    error.__cause__ = psycopg.errors.IdleInTransactionSessionTimeout()
    return error


@pytest.mark.parametrize(
    "error", [OperationalError("database is locked"), ended_by_the_server()], ids=["locked", "ended"]
)
def test_a_database_that_does_not_answer_is_503_and_says_when_to_come_back(error: Exception) -> None:
    response = answer(error)
    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0
