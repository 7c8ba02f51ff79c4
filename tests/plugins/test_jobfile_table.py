from __future__ import annotations

from typing import Any

import pytest

from plugins.exceptions import BadInput
from plugins.jobtable import JobTable, job_table, seconds


def test_an_empty_job_table_has_the_defaults_of_the_design() -> None:
    table = job_table({})
    assert table == JobTable()
    assert (table.overlap, table.misfire, table.grace, table.cleanup, table.queue_max) == (
        "skip",
        "latest",
        5,
        30,
        100,
    )
    assert (table.timeout, table.retries, table.retry_on) == (None, 0, ["failed", "timed_out"])


def test_every_policy_is_taken_over() -> None:
    raw: dict[str, Any] = {
        "description": "Daily farm", "tags": ["home", "home "], "timeout": "2h", "grace": 1, "cleanup": "1m", "log_limit": "1MB",
        "overlap": "parallel", "max_parallel": 2, "queue_max": 5, "retries": 3, "retry_delay": "10s",
        "retry_backoff": 2, "retry_on": ["lost"], "priority": -5, "pool": "local", "misfire": "all", "misfire_window": "1d",
        "memory": "2GB", "processes": 50, "nice": 10,
    }  # fmt: skip
    expected = {
        **raw,
        "tags": ["home"],
        "timeout": 7200.0,
        "cleanup": 60.0,
        "log_limit": 1 << 20,
        "memory": 2 << 30,
        "retry_delay": 10.0,
        "misfire_window": 86400.0,
    }
    assert vars(job_table(raw)) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (90, 90),
        (0, 0),
        (1.5, 1.5),
        ("90s", 90),
        ("5m", 300),
        ("2h", 7200),
        ("1d", 86400),
        ("1h30m", 5400),
        ("1.5h", 5400),
    ],
)
def test_a_duration_is_a_number_or_a_short_text(value: Any, expected: float) -> None:
    found = seconds(value, "job.timeout")
    assert found == expected
    assert type(found) is float


@pytest.mark.parametrize(
    "value",
    [
        True,
        None,
        [],
        {},
        "",
        "5",
        "5m ",
        " 5m",
        "5M",
        "m",
        "30m1h",
        "1h1h",
        "-5m",
        "P1Y",
        "1e3s",
        "\u0665m",
        -1,
        10**40,
        float("nan"),
        float("inf"),
        "9" * 400 + "s",
    ],
)
def test_anything_else_is_refused_with_an_example(value: Any) -> None:
    with pytest.raises(BadInput) as caught:
        seconds(value, "job.timeout")
    (problem,) = caught.value.problems
    assert problem.field == "job.timeout"
    assert problem.example


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ({"description": 5}, "job.description: must be a text, not the number 5"),
        ({"tags": "home"}, "job.tags: must be a list of texts"),
        ({"tags": ["a", ""]}, r"job.tags\[1\]: a tag is"),
        ({"tags": ["a"] * 51}, "job.tags: 51 tags, at most 50 fit"),
        ({"timeout": 0}, "job.timeout: must be above 0"),
        ({"retries": 1.0}, "job.retries: must be a whole number, not the number 1.0"),
        ({"retries": True}, "job.retries: must be a whole number, not the value true"),
        ({"retries": -1}, "job.retries: -1 is outside 0"),
        ({"max_parallel": 0}, "job.max_parallel: 0 is outside 1"),
        ({"retry_backoff": 0.5}, "job.retry_backoff: 0.5 is outside 1"),
        ({"retry_on": "failed"}, "job.retry_on: must be a list"),
        ({"retry_on": ["lsot"]}, r"job.retry_on\[0\]: .* did you mean lost\?"),
        ({"overlap": "Skip"}, "did you mean skip"),
        ({"overlap": ["skip"]}, "job.overlap: must be skip, queue, parallel or replace, not a list"),
        ({"misfire": "al"}, "did you mean all"),
        ({"pool": "gpu"}, "later version"),
        ({"needs": ["a"]}, "later version"),
        ({"maxParallel": 2}, "did you mean max_parallel"),
        ({"zzz": 2}, r"\[job\] has no such key"),
    ],
)
def test_a_wrong_policy_is_told_in_words(raw: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message) as caught:
        job_table(raw)
    assert caught.value.problems[0].example


def test_all_wrong_policies_are_told_at_once() -> None:
    with pytest.raises(BadInput) as caught:
        job_table({"timeout": -1, "grace": "x", "retires": 1})
    assert [problem.field for problem in caught.value.problems] == ["job.timeout", "job.grace", "job.retires"]
