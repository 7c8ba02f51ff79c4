"""Bad job files through the API: 4xx in the one shape, and nothing half applied."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.kit import HELLO, Api, make_job, only_field, row_counts
from tests.corpus.broken import Broken, broken_job_files


def sendable(case: Broken) -> bool:
    try:
        text = case.text.decode()
    except UnicodeDecodeError:
        return False
    return case.format == "toml" and "\x00" not in text


CORPUS = [case for case in broken_job_files() if sendable(case)]
BAD_SCHEDULES: list[tuple[dict[str, Any], str]] = [
    ({"trigger": "cron", "hour": 99}, "schedule[0].hour"),
    ({"trigger": "cron", "expression": "* * * 13 *"}, "schedule[0].expression"),
    ({"trigger": "cron", "hour": 4, "timezone": "Mars/Phobos"}, "schedule[0].timezone"),
    ({"trigger": "interval", "seconds": -1}, "schedule[0].seconds"),
    ({"trigger": "sometimes"}, "schedule[0].trigger"),
    ({"trigger": "cron", "huor": 4}, "schedule[0].huor"),
]
BAD_CONFIGS: list[tuple[Any, str]] = [
    ({"oss": {"cmd": "x"}}, "oss"),
    ({"os": {"cmdd": "x"}}, "os.cmdd"),
    ({"os": {"cmd": 5}}, "os.cmd"),
    ({"os": {"cmd": ""}}, "os.cmd"),
    ({"os": {"cmd": []}}, "os.cmd"),
    ({"os": {"cmd": "x"}, "job": {"timeout": 0}}, "job.timeout"),
    ({"os": {"cmd": "x", "cwd": None}}, "os.cwd"),
    ("os", "config"),
    ([], "config"),
    (None, "config"),
]
BAD_NAMES = ["", "   ", "a\nb", "a\x1bb", "a\u202eb", "a/b", ".hidden", "-dash", "x" * 101, 5, None, ["a"]]
BAD_BODIES: list[tuple[dict[str, Any], str]] = [
    ({"toml": HELLO}, "name"),
    ({"name": "x"}, "config"),
    ({"name": "x", "toml": HELLO, "config": {"os": {"cmd": "x"}}}, "toml"),
    ({"name": "x", "toml": HELLO, "uid": 0}, "uid"),
    ({"name": "x", "toml": HELLO, "is_superuser": True}, "is_superuser"),
    ({"name": "x", "toml": HELLO, "enabled": "yes"}, "enabled"),
    ({"name": "x", "toml": 5}, "toml"),
]


def refused(api: Api, body: dict[str, Any]) -> list[dict[str, Any]]:
    """The problems of a refused POST that left no trace."""
    before = row_counts()
    response = api.post("jobs/", body)
    assert response.status_code == 400, response.content
    assert row_counts() == before
    return list(response.json()["error"]["fields"])


@pytest.mark.parametrize("case", CORPUS, ids=[case.name for case in CORPUS])
def test_a_broken_text_is_refused_with_field_reason_and_line(api: Api, case: Broken) -> None:
    problem = refused(api, {"name": "x", "toml": case.text.decode()})[0]
    assert problem["field"] == (case.field or "toml")
    assert case.message in problem["message"]
    assert case.line is None or problem["line"] == case.line


@pytest.mark.parametrize(("config", "field"), BAD_CONFIGS)
def test_a_wrong_config_is_refused_by_its_path(api: Api, config: Any, field: str) -> None:
    problems = refused(api, {"name": "x", "config": config})
    assert [problem["field"] for problem in problems] == [field]
    assert problems[0]["example"]


@pytest.mark.parametrize(("schedule", "field"), BAD_SCHEDULES)
def test_a_wrong_schedule_is_refused_by_its_path(api: Api, schedule: dict[str, Any], field: str) -> None:
    problems = refused(api, {"name": "x", "config": {"os": {"cmd": "x"}, "schedule": schedule}})
    assert [problem["field"] for problem in problems] == [field]
    assert problems[0]["example"]


@pytest.mark.parametrize("name", BAD_NAMES, ids=repr)
def test_a_name_that_is_none_is_refused(api: Api, name: Any) -> None:
    problems = refused(api, {"name": name, "toml": HELLO})
    assert [problem["field"] for problem in problems] == ["name"]
    assert problems[0]["example"]


@pytest.mark.parametrize(("body", "field"), BAD_BODIES)
def test_a_body_of_the_wrong_shape_is_refused(api: Api, body: dict[str, Any], field: str) -> None:
    problems = refused(api, body)
    assert [problem["field"] for problem in problems] == [field]
    assert problems[0]["example"]


def test_all_that_is_wrong_is_told_at_once(api: Api) -> None:
    problems = refused(
        api, {"name": ".x", "config": {"os": {"cmd": 5}, "schedule": {"trigger": "cron", "hour": 99}}}
    )
    assert {problem["field"] for problem in problems} == {"name", "os.cmd", "schedule[0].hour"}


def test_a_config_of_300_kb_is_refused(api: Api) -> None:
    problems = refused(api, {"name": "x", "config": {"os": {"cmd": "x" * 300_000}}})
    assert problems[0]["code"] == "too_large"


@pytest.mark.parametrize("method", ["put", "patch"])
def test_a_refused_change_leaves_the_job_as_it_was(api: Api, method: str) -> None:
    make_job()
    before, rows = api.get("jobs/hello/").json(), row_counts()
    response = getattr(api, method)("jobs/hello/", {"name": "new", "enabled": False, "config": {"oss": {}}})
    assert response.status_code == 400
    assert (api.get("jobs/hello/").json(), row_counts()) == (before, rows)


def test_an_empty_patch_is_refused(api: Api) -> None:
    make_job()
    assert only_field(api.patch("jobs/hello/", {}))["code"] == "required"


@pytest.mark.parametrize(
    "address",
    ["jobs/?limit=0", "jobs/?limit=201", "jobs/?limit=x", "jobs/?order=password", "jobs/?limit=1&limit=2"],
)
def test_a_query_that_nobody_understands_is_400_and_named(api: Api, address: str) -> None:
    field = only_field(api.get(address))
    assert field["field"] in ("limit", "order")
    assert field["example"]
