"""Schedules, plugins, health, the page of the schema."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import User

from jobs.models import Supervisor
from jobs.timing import clock
from tests.api.kit import HELLO, Api, key_of, make_job, only_field, row_counts

NIGHTLY = {"trigger": "cron", "hour": 4, "minute": 30, "timezone": "Asia/Shanghai"}
FROM = "2026-03-01T00:00:00Z"


def beat(**more: Any) -> None:
    Supervisor.objects.create(
        id="one", host="here", pid=1, identity="x", slots=16, scheduler_beat_at=clock.now(), **more
    )


def test_a_preview_tells_words_and_moments_in_utc(api: Api) -> None:
    preview = api.post("schedules/preview/", {**NIGHTLY, "from": FROM, "count": 2}).json()
    assert list(preview) == ["text", "next", "notes"]
    assert preview["next"] == ["2026-03-01T20:30:00Z", "2026-03-02T20:30:00Z"]
    assert "04:30" in preview["text"]


def test_a_preview_has_ten_moments_from_now_on_and_saves_nothing(api: Api) -> None:
    before = row_counts()
    assert len(api.post("schedules/preview/", NIGHTLY).json()["next"]) == 10
    assert row_counts() == before


def test_a_preview_of_a_clock_change_has_a_note(api: Api) -> None:
    asked = {
        "trigger": "cron",
        "hour": 2,
        "minute": 30,
        "timezone": "Europe/Berlin",
        "from": "2026-03-28T00:00:00Z",
    }
    assert api.post("schedules/preview/", asked).json()["notes"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"hour": 99}, "schedule.hour"),
        ({"timezone": "Mars/Phobos"}, "schedule.timezone"),
        ({"count": 51}, "count"),
        ({"count": 0}, "count"),
        ({"from": "2026-03-01T00:00:00"}, "from"),
        ({"from": 5}, "from"),
        ({"from": "9999-12-31T23:59:59-23:59"}, "from"),
        ({"colour": "red"}, "schedule.colour"),
    ],
)
def test_a_wrong_preview_is_400_by_its_field(api: Api, wrong: dict[str, Any], field: str) -> None:
    problem = only_field(api.post("schedules/preview/", {**NIGHTLY, **wrong}))
    assert problem["field"] == field
    assert problem["example"]


def test_all_that_is_wrong_in_a_preview_is_told_at_once(api: Api) -> None:
    response = api.post("schedules/preview/", {**NIGHTLY, "hour": 99, "count": 0})
    assert [field["field"] for field in response.json()["error"]["fields"]] == ["count", "schedule.hour"]


def test_schedules_are_listed_with_their_job_and_own_keys(api: Api) -> None:
    make_job(toml=HELLO + '[schedule]\nname = "often"\ntrigger = "interval"\nseconds = 5\n')
    (schedule,) = api.get("schedules/").json()["results"]
    assert (schedule["job"], schedule["name"], schedule["trigger"]) == ("hello", "often", "interval")
    assert schedule["spec"]["seconds"] == 5


def test_schedules_come_in_pages_at_a_constant_cost(api: Api, django_assert_num_queries: Any) -> None:
    table = '[[schedule]]\nname = "{}"\ntrigger = "interval"\nseconds = 5\n'
    make_job(toml=HELLO + "".join(table.format(number) for number in range(20)))
    with django_assert_num_queries(2):
        page = api.get("schedules/?limit=15").json()
    rest = api.client.get(page["next"], headers=api.headers).json()
    assert [row["name"] for row in page["results"] + rest["results"]] == [str(number) for number in range(20)]


def test_plugins_are_listed_with_what_was_promised(api: Api) -> None:
    plugins = {plugin["name"]: plugin for plugin in api.get("plugins/").json()["results"]}
    assert {"app", "lifetime", "os"} <= set(plugins)
    assert set(plugins["os"]) == {
        *("name", "class", "module", "version", "builtin", "doc", "hooks", "schema", "error")
    }
    assert plugins["os"]["schema"]["properties"]["cmd"]
    assert "action" in plugins["os"]["hooks"]
    assert (plugins["os"]["builtin"], plugins["os"]["error"]) == (True, None)


def test_health_is_503_until_the_scheduler_was_heard(api: Api, anonymous: Api) -> None:
    response = api.get("health/")
    assert response.status_code == 503
    assert "scheduler" in response.json()["problem"]
    assert (anonymous.get("health/").status_code, anonymous.get("health/").json()) == (
        503,
        {"status": "down"},
    )


def test_health_is_200_while_the_scheduler_beats_and_anybody_hears_only_the_status(
    api: Api, anonymous: Api
) -> None:
    beat()
    known = api.get("health/").json()
    assert (known["status"], known["slots"], known["queued"], known["running"]) == ("ok", 16, 0, 0)
    assert known["scheduler_beat_at"].endswith("Z")
    assert known["version"]
    assert known["silent"] == ""
    assert known["custody"]["strength"] in ("kernel", "strong")
    assert [(one["host"], one["kind"]) for one in known["heartbeats"]] == [("here", "supervisor")]
    assert 0 <= known["disk_free"] <= known["disk_size"]
    assert known["versions"]["database"].startswith(("SQLite 3.", "PostgreSQL "))
    assert (anonymous.get("health/").status_code, anonymous.get("health/").json()) == (200, {"status": "ok"})


def test_a_stranger_to_the_jobs_hears_only_the_status_of_health(boss: User) -> None:
    beat()
    nobody = Api(key_of(User.objects.create_user("nobody")))
    of_one_job = Api(key_of(boss, job=make_job()))
    assert [one.get("health/").json() for one in (nobody, of_one_job)] == [{"status": "ok"}] * 2


def test_health_is_503_when_the_last_beat_is_old(api: Api) -> None:
    beat()
    with clock.shifted(60):
        assert api.get("health/").status_code == 503


def test_the_docs_page_loads_nothing_from_elsewhere_and_has_no_script_of_its_own(api: Api) -> None:
    page = api.get("docs/", accept="text/html").content.decode()
    addresses = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert addresses
    assert all(address.startswith("/") for address in addresses)
    assert not re.search(r"<script>", page)
