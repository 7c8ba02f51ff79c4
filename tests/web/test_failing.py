from __future__ import annotations

from django.db import OperationalError
from django.test import RequestFactory

from jobs.web.failing import server_error


def answer_to(error: Exception) -> tuple[int, str, str | None]:
    try:
        raise error
    except Exception:
        response = server_error(RequestFactory().post("/jobs/new/"))
    return response.status_code, response.content.decode(), response.headers.get("Retry-After")  # type: ignore[attr-defined]


def test_a_database_that_does_not_answer_is_a_503_in_words() -> None:
    status, text, retry_after = answer_to(OperationalError("database is locked"))
    assert (status, retry_after) == (503, "5")
    assert "Nothing was changed" in text


def test_any_other_error_is_a_500() -> None:
    assert answer_to(ValueError("x"))[0] == 500
