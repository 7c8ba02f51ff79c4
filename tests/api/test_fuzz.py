"""Whatever is sent, no answer is a 500, and a refusal has the one shape."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs import services
from jobs.models import Run
from tests.api.kit import Api, make_job

WORDS = st.sampled_from(
    [
        "name",
        "config",
        "toml",
        "enabled",
        "params",
        "schedule",
        "trigger",
        "os",
        "job",
        "cmd",
        "cron",
        "hour",
        "from",
        "count",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20) | WORDS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(WORDS | st.text(max_size=5), inner, max_size=5)
    ),
    max_leaves=12,
)
TABLE = st.dictionaries(WORDS, JSON, max_size=4)
SCHEDULE = st.fixed_dictionaries(
    {"trigger": st.sampled_from(["cron", "interval", "date", "startup"])},
    optional={
        **dict.fromkeys(["hour", "minute", "day", "seconds", "weeks", "delay", "interval_seconds"], JSON),
        **dict.fromkeys(["expression", "timezone", "run_date", "anchor", "start", "end", "blackout"], JSON),
        **dict.fromkeys(["day_of_week", "misfire", "misfire_window", "params", "name"], JSON),
    },
)
CONFIG = st.fixed_dictionaries(
    {"os": TABLE | st.just({"cmd": "echo hello"})},
    optional={
        "job": TABLE,
        "params": TABLE,
        "vars": JSON,
        "schedule": SCHEDULE | st.lists(SCHEDULE, max_size=3),
    },
)
BODY = (
    JSON
    | SCHEDULE
    | st.fixed_dictionaries({"name": st.text(max_size=8), "config": CONFIG})
    | st.fixed_dictionaries({"config": CONFIG})
    | st.fixed_dictionaries({"params": TABLE})
)
PLACES = st.sampled_from(
    [
        *(
            ("POST", "jobs/"),
            ("PUT", "jobs/hello/"),
            ("PATCH", "jobs/hello/"),
            ("POST", "jobs/hello/trigger/"),
        ),
        *(("POST", "schedules/preview/"), ("POST", "jobs/hello/pause/"), ("POST", "runs/RUN/cancel/")),
    ]
)
LISTS = st.sampled_from(
    ["jobs/", "runs/", "schedules/", "jobs/hello/revisions/", "runs/RUN/events/", "runs/RUN/log/"]
)
QUERY = st.dictionaries(
    st.sampled_from(["job", "status", "source", "since", "limit", "cursor", "offset", "wait"]),
    st.text(max_size=12),
    max_size=4,
)
quietly = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def run(api: Api) -> Run:
    return services.trigger_job(job=make_job())


def assert_sound(response: Any) -> None:
    assert response.status_code < 500, response.content
    if response.status_code >= 400:
        assert set(response.json()["error"]) == {"code", "message", "fields"}


@quietly
@given(place=PLACES, body=BODY)
def test_no_json_body_is_answered_with_a_500(api: Api, run: Run, place: tuple[str, str], body: Any) -> None:
    assert_sound(api.ask(place[0], place[1].replace("RUN", str(run.pk)), body))
    assert api.get("jobs/").status_code == 200, "what was accepted can be shown"


@quietly
@given(place=PLACES, body=st.binary(max_size=60))
def test_no_bytes_are_answered_with_a_500(api: Api, run: Run, place: tuple[str, str], body: bytes) -> None:
    assert_sound(api.ask(place[0], place[1].replace("RUN", str(run.pk)), body))


@quietly
@given(path=LISTS, query=QUERY)
def test_no_query_is_answered_with_a_500(api: Api, run: Run, path: str, query: dict[str, str]) -> None:
    asked = "&".join(f"{name}={quote(value, errors='surrogatepass')}" for name, value in query.items())
    assert_sound(api.get(f"{path.replace('RUN', str(run.pk))}?{asked}"))


@quietly
@given(name=st.text(min_size=1, max_size=120))
def test_no_name_in_an_address_is_answered_with_a_500(api: Api, name: str) -> None:
    assert_sound(api.get(f"jobs/{quote(name, safe='', errors='surrogatepass')}/"))
