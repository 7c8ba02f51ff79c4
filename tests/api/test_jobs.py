"""Jobs through the API: create, read, replace, change, pause, delete."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from jobs import services
from jobs.models import Job, Revision, Run, Schedule, Status
from tests.api.kit import HELLO, Api, make_job, only_field, row_counts

EVERY_MINUTE = {"trigger": "interval", "minutes": 1}
NIGHTLY = {"trigger": "cron", "hour": 4, "timezone": "Europe/Berlin"}
CONFIG = {"os": {"cmd": "echo hello"}, "schedule": [EVERY_MINUTE, NIGHTLY]}
TICKING = HELLO + '[schedule]\ntrigger = "interval"\nseconds = 30\n'


def test_a_config_becomes_a_job_with_its_schedules(api: Api) -> None:
    response = api.post("jobs/", {"name": "hello", "config": CONFIG})
    assert response.status_code == 201
    job = response.json()
    assert job == api.get("jobs/hello/").json()
    assert (job["name"], job["enabled"], job["source"], job["config"]) == ("hello", True, "api", CONFIG)
    assert [row["trigger"] for row in job["schedules"]] == ["interval", "cron"]
    assert "04:00" in job["schedules"][1]["text"]
    assert all(row["next_run_time"].endswith("Z") for row in job["schedules"])


def test_a_job_is_shown_with_the_keys_that_were_promised(api: Api) -> None:
    job = api.post("jobs/", {"name": "hello", "config": CONFIG}).json()
    assert list(job) == [
        *(
            "name",
            "description",
            "enabled",
            "config",
            "toml",
            "source",
            "schedules",
            "last_run",
            "active_runs",
        )
    ]
    assert list(job["schedules"][0]) == [
        *("id", "name", "trigger", "spec", "text", "timezone", "enabled", "next_run_time", "params")
    ]
    assert (job["last_run"], job["active_runs"]) == (None, [])


def test_toml_is_kept_to_the_letter(api: Api) -> None:
    text = '# my job\n[os]\ncmd = "echo hello"   # greets\n'
    job = api.post("jobs/", {"name": "hello", "toml": text}).json()
    assert (job["toml"], job["config"]) == (text, {"os": {"cmd": "echo hello"}})


def test_a_job_can_be_born_paused(api: Api) -> None:
    job = api.post("jobs/", {"name": "hello", "toml": TICKING, "enabled": False}).json()
    assert (job["enabled"], job["schedules"][0]["next_run_time"]) == (False, None)


def test_a_name_that_is_taken_is_409_with_an_example(api: Api) -> None:
    make_job("Hello")
    before = row_counts()
    response = api.post("jobs/", {"name": "hello", "toml": HELLO})
    assert response.status_code == 409
    field = only_field(response)
    assert (field["field"], field["example"]) == ("name", "hello 2")
    assert row_counts() == before


@pytest.mark.parametrize("name", ["two words", "v1.2_final-x", "Żółć", "日本語", "नमस्ते", "a" * 100])
def test_a_job_answers_under_its_name_ignoring_case(api: Api, name: str) -> None:
    assert api.post("jobs/", {"name": name, "toml": HELLO}).status_code == 201
    assert api.get(f"jobs/{quote(name.upper())}/").json()["name"] == name


def test_put_replaces_the_text_and_keeps_the_schedule_that_did_not_change(api: Api) -> None:
    before = api.post("jobs/", {"name": "hello", "config": CONFIG}).json()
    config = {"os": {"cmd": "echo bye"}, "schedule": [EVERY_MINUTE]}
    after = api.put("jobs/hello/", {"config": config}).json()
    assert after["config"] == config
    assert after["schedules"] == before["schedules"][:1]
    assert Revision.objects.get(number=2).author.username == "boss"  # type: ignore[union-attr]


def test_put_with_a_name_renames(api: Api) -> None:
    make_job("old")
    assert api.put("jobs/old/", {"name": "new", "toml": HELLO}).json()["name"] == "new"
    assert api.get("jobs/old/").status_code == 404


def test_put_does_not_create(api: Api) -> None:
    assert api.put("jobs/hello/", {"toml": HELLO}).status_code == 404
    assert not Job.objects.exists()


def test_patch_renames_without_a_new_revision(api: Api) -> None:
    make_job("old")
    assert api.patch("jobs/old/", {"name": "new"}).json()["toml"] == HELLO
    assert Revision.objects.count() == 1


def test_a_patch_with_a_taken_name_is_409_and_changes_nothing(api: Api) -> None:
    make_job("one")
    make_job("two")
    response = api.patch("jobs/one/", {"name": "TWO", "toml": TICKING, "enabled": False})
    assert response.status_code == 409
    assert api.get("jobs/one/").json()["toml"] == HELLO
    assert Job.objects.filter(enabled=True).count() == 2


def test_a_patch_can_pause_and_change_the_text_at_once(api: Api) -> None:
    make_job(toml=TICKING)
    job = api.patch("jobs/hello/", {"enabled": False, "toml": TICKING + "# more\n"}).json()
    assert (job["enabled"], job["schedules"][0]["next_run_time"]) == (False, None)
    assert job["toml"].endswith("# more\n")


def test_pause_takes_the_next_run_away_and_resume_brings_it_back(api: Api) -> None:
    make_job(toml=TICKING)
    paused, resumed = api.post("jobs/hello/pause/").json(), api.post("jobs/hello/resume/").json()
    assert (paused["enabled"], paused["schedules"][0]["next_run_time"]) == (False, None)
    assert resumed["enabled"]
    assert resumed["schedules"][0]["next_run_time"]


def test_a_deleted_job_is_gone_and_its_name_is_free(api: Api) -> None:
    make_job(toml=TICKING)
    assert api.delete("jobs/hello/").status_code == 204
    assert api.get("jobs/hello/").status_code == 404
    assert not Schedule.objects.present().exists()
    assert api.post("jobs/", {"name": "hello", "toml": HELLO}).status_code == 201


def test_delete_leaves_active_runs_alone_unless_told_to_cancel_them(api: Api) -> None:
    for name in ("one", "two"):
        services.trigger_job(job=make_job(name))
    Run.objects.update(status=Status.RUNNING)
    api.delete("jobs/one/")
    api.delete("jobs/two/?cancel=true")
    asked = dict(Run.objects.values_list("job_name", "cancel_requested_at"))
    assert asked["one"] is None
    assert asked["two"] is not None


@pytest.mark.parametrize("change", [{"toml": TICKING}, {"name": "mine"}, {"enabled": False, "name": "mine"}])
def test_a_job_from_a_file_is_changed_in_its_file(api: Api, change: dict[str, Any]) -> None:
    make_job(source="file:hello.toml")
    response = api.patch("jobs/hello/", change)
    assert response.status_code == 409
    assert "hello.toml" in response.json()["error"]["message"]
    assert api.delete("jobs/hello/").status_code == 409
    assert api.get("jobs/hello/").json()["enabled"]


def test_a_job_from_a_file_can_be_paused(api: Api) -> None:
    make_job(source="file:hello.toml")
    assert api.patch("jobs/hello/", {"enabled": False}).status_code == 200
    assert api.post("jobs/hello/resume/").json()["enabled"]


def test_jobs_are_listed_by_name_in_pages(api: Api) -> None:
    for name in ("b", "C", "a"):
        make_job(name)
    first = api.get("jobs/?limit=2").json()
    second = api.client.get(first["next"], headers=api.headers).json()
    assert [job["name"] for job in first["results"] + second["results"]] == ["a", "b", "C"]
    assert second["next"] is None


def test_a_list_costs_the_same_queries_for_three_jobs_and_for_thirty(
    api: Api, django_assert_num_queries: Any
) -> None:
    for number in range(30):
        services.trigger_job(job=make_job(f"job {number}", TICKING))
    Run.objects.update(status=Status.RUNNING)
    for limit in (3, 30):
        with django_assert_num_queries(6):
            jobs = api.get(f"jobs/?limit={limit}").json()["results"]
        assert all(job["last_run"] == job["active_runs"][0] for job in jobs)


def test_last_run_is_the_newest_and_active_runs_are_only_those(api: Api) -> None:
    job = make_job()
    runs = [services.trigger_job(job=job) for _ in range(3)]
    Run.objects.filter(pk=runs[0].pk).update(status=Status.RUNNING)
    shown = api.get("jobs/hello/").json()
    assert shown["last_run"]["id"] == runs[2].pk
    assert [run["id"] for run in shown["active_runs"]] == [runs[0].pk]


def test_revisions_tell_who_wrote_what_newest_first(api: Api) -> None:
    make_job()
    api.put("jobs/hello/", {"toml": TICKING})
    results = api.get("jobs/hello/revisions/").json()["results"]
    assert [(row["number"], row["author"], row["toml"]) for row in results] == [
        (2, "boss", TICKING),
        (1, "", HELLO),
    ]
