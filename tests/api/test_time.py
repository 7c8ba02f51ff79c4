"""Next, quiet, pausing one schedule, and explain for a moment, through the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from jobs.models import Quiet, Supervisor
from jobs.timing import clock
from tests.api.kit import Api, only_field

pytestmark = pytest.mark.django_db

NIGHTLY = '[os]\ncmd = "true"\n[schedule]\nname = "night"\ntrigger = "cron"\ntimezone = "UTC"\nhour = 4\n'


@pytest.fixture
def nightly(api: Api) -> dict[str, Any]:
    return dict(api.post("jobs/", {"name": "x", "toml": NIGHTLY}).json())


def iso(**ahead: float) -> str:
    return (clock.now() + timedelta(**ahead)).isoformat().replace("+00:00", "Z")


def test_next_lists_moments_with_their_job_and_schedule(api: Api, nightly: dict[str, Any]) -> None:
    told = api.get("schedules/next/?count=2").json()
    assert [(row["job"], row["schedule"]) for row in told["results"]] == [("x", "night")] * 2
    assert told["results"][0]["at"] == nightly["schedules"][0]["next_run_time"]
    assert (told["collisions"], told["quiet_until"]) == ([], None)


def test_quiet_is_begun_seen_and_ended(api: Api) -> None:
    until = iso(hours=2)
    assert api.post("quiet/", {"until": until}).json()["until"] == until
    assert api.get("quiet/").json()["until"] == until
    assert api.get("schedules/next/").json()["quiet_until"] == until
    assert api.delete("quiet/").status_code == 204
    assert api.get("quiet/").json() == {"since": None, "until": None, "why": ""}


@pytest.mark.parametrize(
    "until", ["2020-01-01T00:00:00Z", "2199-01-01T00:00:00Z", "soon", "2030-01-01T00:00", 5, None]
)
def test_a_quiet_end_that_cannot_be_is_refused_with_an_example(api: Api, until: Any) -> None:
    response = api.post("quiet/", {"until": until})
    assert response.status_code == 400
    assert only_field(response)["field"] == "until"
    assert "Z" in only_field(response)["example"]
    assert not Quiet.objects.exists()


def test_one_schedule_is_paused_and_resumed(api: Api, nightly: dict[str, Any]) -> None:
    schedule = nightly["schedules"][0]["id"]
    paused = api.post(f"schedules/{schedule}/pause/").json()
    assert (paused["enabled"], paused["next_run_time"], paused["job"]) == (False, None, "x")
    assert api.post(f"schedules/{schedule}/resume/").json()["next_run_time"]
    assert api.post("schedules/12345/pause/").status_code == 404


def test_explain_answers_for_the_moment_that_is_asked(api: Api, nightly: dict[str, Any]) -> None:
    Supervisor.objects.create(id="s", host="here", pid=1, identity="b:1", scheduler_beat_at=clock.now())
    told = api.get("jobs/x/explain/").json()
    assert (told["at"], told["happens"]) == (nightly["schedules"][0]["next_run_time"], True)
    told = api.get("jobs/x/explain/?at=2030-01-01T05:00:00Z").json()
    assert (told["at"], told["happens"]) == ("2030-01-01T05:00:00Z", False)
    assert {"schedule", "misfire", "job", "quiet", "overlap", "slots", "priority", "disk"} <= {
        rule["rule"] for rule in told["rules"]
    }


def test_explain_refuses_a_moment_without_a_zone(api: Api, nightly: dict[str, Any]) -> None:
    response = api.get("jobs/x/explain/?at=2030-01-01T05:00:00")
    assert (response.status_code, only_field(response)["field"]) == (400, "at")
