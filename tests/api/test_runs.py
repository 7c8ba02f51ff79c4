"""Runs through the API: trigger, list, cancel, retry, events and log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from jobs import services
from jobs.models import Run, RunEvent, RunSamples, Status
from jobs.timing import clock
from plugins.output import segments
from tests.api.kit import HELLO, Api, key_of, make_job, only_field, person

GREETS = HELLO + '[params]\nwhom = "world"\n'
KEYS = [
    *("id", "job", "status", "source", "reason", "attempt", "params", "scheduled_for", "queued_at"),
    *("started_at", "finished_at", "exit_code", "pool", "host"),
]


def triggered(api: Api, **body: Any) -> dict[str, Any]:
    response = api.post("jobs/hello/trigger/", body)
    assert response.status_code == 202, response.content
    return dict(response.json())


def finish(run_id: int, status: str = Status.SUCCEEDED) -> None:
    Run.objects.filter(pk=run_id).update(status=status, finished_at=clock.now(), exit_code=0)


def write_log(run: Run, text: bytes) -> None:
    folder = services.run_dir(run)
    folder.path.mkdir(parents=True, exist_ok=True)
    writer = segments.Writer(folder.log)
    writer.append(segments.OUT, 1, text)
    writer.close()


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> None:
    """Run numbers begin anew in each test; their folders must, too."""
    settings.MXX_HOME = tmp_path


def ids_of(response: Any) -> list[int]:
    assert response.status_code == 200, response.content
    return [run["id"] for run in response.json()["results"]]


def test_trigger_answers_with_the_queued_run_and_its_promised_keys(api: Api) -> None:
    make_job()
    run = triggered(api)
    assert list(run) == [*KEYS, "receipt", "progress"]
    assert (run["job"], run["status"], run["source"], run["params"]) == ("hello", "queued", "api", {})
    assert run == api.get(f"runs/{run['id']}/").json()


def test_times_are_utc_with_z(api: Api) -> None:
    make_job()
    run = triggered(api)
    assert run["queued_at"].endswith("Z")
    age = clock.now() - datetime.fromisoformat(run["queued_at"])
    assert timedelta() <= age < timedelta(seconds=30)


def test_trigger_takes_no_body_at_all(api: Api) -> None:
    make_job()
    assert api.post("jobs/hello/trigger/").status_code == 202


def test_params_override_their_defaults(api: Api) -> None:
    make_job(toml=GREETS)
    assert triggered(api)["params"] == {"whom": "world"}
    assert triggered(api, params={"whom": "me"})["params"] == {"whom": "me"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"params": {"who": "me"}}, "params.who"),
        ({"params": []}, "params"),
        ({"parms": {}}, "parms"),
        ({"params": None}, "params"),
    ],
)
def test_a_wrong_trigger_starts_nothing(api: Api, body: dict[str, Any], field: str) -> None:
    make_job(toml=GREETS)
    response = api.post("jobs/hello/trigger/", body)
    assert response.status_code == 400
    assert only_field(response)["field"] == field
    assert not Run.objects.exists()


def test_the_same_idempotency_key_gives_the_same_run_and_a_header_says_so(api: Api) -> None:
    make_job()
    answers = [api.post("jobs/hello/trigger/", Idempotency_Key="once") for _ in range(3)]
    other = api.post("jobs/hello/trigger/", Idempotency_Key="twice").json()["id"]
    assert len({answer.json()["id"] for answer in answers} - {other}) == 1
    assert [answer.get("Idempotent-Replayed") for answer in answers] == [None, "true", "true"]


def test_the_same_idempotency_key_with_another_body_is_409(api: Api) -> None:
    make_job(toml=GREETS)
    api.post("jobs/hello/trigger/", {"params": {"whom": "me"}}, Idempotency_Key="once")
    answer = api.post("jobs/hello/trigger/", {"params": {"whom": "you"}}, Idempotency_Key="once")
    assert (answer.status_code, only_field(answer)["field"]) == (409, "Idempotency-Key")


@pytest.mark.parametrize("key", ["", "x" * 201, "a\tb", "é"])
def test_an_idempotency_key_that_cannot_be_stored_is_400(api: Api, key: str) -> None:
    make_job()
    assert only_field(api.post("jobs/hello/trigger/", Idempotency_Key=key))["field"] == "Idempotency-Key"


@pytest.mark.parametrize("wait", ["-1", "301", "nan", "inf", "soon", ""])
def test_a_wait_that_is_none_is_400(api: Api, wait: str) -> None:
    make_job()
    assert only_field(api.post(f"jobs/hello/trigger/?wait={wait}"))["field"] == "wait"
    assert not Run.objects.exists()


def test_a_wait_that_ends_too_early_answers_202_with_the_run_as_it_is(api: Api) -> None:
    make_job()
    response = api.post("jobs/hello/trigger/?wait=0.05")
    assert (response.status_code, response.json()["status"]) == (202, "queued")


def test_a_wait_for_a_run_that_is_over_answers_200_at_once(api: Api) -> None:
    make_job()
    run = api.post("jobs/hello/trigger/", Idempotency_Key="once").json()
    finish(run["id"])
    began = clock.monotonic()
    response = api.post("jobs/hello/trigger/?wait=60", Idempotency_Key="once")
    assert (response.status_code, response.json()["status"]) == (200, "succeeded")
    assert clock.monotonic() - began < 10


def test_runs_are_listed_newest_first_without_receipts(api: Api) -> None:
    make_job()
    ids = [triggered(api)["id"] for _ in range(3)]
    response = api.get("runs/")
    assert ids_of(response) == ids[::-1]
    assert list(response.json()["results"][0]) == KEYS


def test_pages_keep_the_filters_and_end(api: Api) -> None:
    make_job()
    ids = [triggered(api)["id"] for _ in range(5)]
    finish(ids[2], Status.FAILED)
    url, seen = "runs/?status=queued&limit=2", []
    while url:
        page = api.get(url).json()
        seen += [run["id"] for run in page["results"]]
        url = (page["next"] or "").partition("/api/")[2]
        assert not url or "status=queued" in url
    assert seen == [ids[4], ids[3], ids[1], ids[0]]


def test_runs_are_filtered_by_status_source_and_moment(api: Api) -> None:
    make_job()
    one, two, three = (triggered(api)["id"] for _ in range(3))
    finish(one, Status.FAILED)
    finish(two)
    Run.objects.filter(pk=three).update(queued_at=datetime(2020, 1, 1, tzinfo=UTC), source="manual")
    assert ids_of(api.get("runs/?status=failed,succeeded")) == [two, one]
    assert ids_of(api.get("runs/?source=manual")) == [three]
    assert ids_of(api.get("runs/?since=2021-01-01T00:00:00%2B01:00")) == [two, one]


def test_runs_are_filtered_by_job_also_after_it_was_renamed_or_deleted(api: Api) -> None:
    for name in ("hello", "other"):
        services.trigger_job(job=make_job(name))
    api.patch("jobs/hello/", {"name": "hi there"})
    found = api.get("runs/?job=HI%20there").json()["results"]
    assert [run["job"] for run in found] == ["hi there"]
    api.delete("jobs/hi%20there/")
    assert ids_of(api.get("runs/?job=hi%20there")) == [found[0]["id"]]


def test_runs_of_a_file_that_is_no_job_are_found_by_its_stem(api: Api) -> None:
    draft = services.read_draft(text=HELLO)
    run = services.queue_file_run(name="stray", draft=draft, params={}, reserved_for="me")
    assert ids_of(api.get("runs/?job=stray")) == [run.pk]


@pytest.mark.parametrize(
    "query",
    [
        *("status=done", "status=", "status=queued,", "source=cron", "job=nobody", "job=%00", "colour=red"),
        *(
            "since=yesterday",
            "since=2026-01-01T00:00:00",
            "since=0001-01-01T00:00:00Z",
            "since=2026-01-01T00:00:00+02:00",
        ),
        *("limit=0", "limit=201", "limit=1e3", "cursor=x", "cursor=-1", f"cursor={2**63}", "job__name=x"),
    ],
)
def test_a_filter_that_nobody_understands_is_400_and_named(api: Api, query: str) -> None:
    make_job()
    response = api.get(f"runs/?{query}")
    assert response.status_code == 400
    field = only_field(response)
    assert field["field"] == query.partition("=")[0]
    assert field["example"]


def test_a_wrong_status_is_answered_with_all_there_are(api: Api) -> None:
    message = only_field(api.get("runs/?status=done"))["message"]
    assert all(status in message for status in Status.values)


def test_a_list_of_runs_costs_two_queries(api: Api, django_assert_num_queries: Any) -> None:
    for name in ("hello", "other"):
        job = make_job(name)
        for _ in range(10):
            services.trigger_job(job=job)
    with django_assert_num_queries(2):
        assert len(ids_of(api.get("runs/"))) == 20


def test_cancel_ends_a_queued_run_and_says_who(api: Api) -> None:
    make_job()
    response = api.post(f"runs/{triggered(api)['id']}/cancel/")
    assert response.status_code == 202
    assert (response.json()["status"], response.json()["reason"]) == ("cancelled", "cancelled by boss")


def test_cancel_of_a_run_that_is_over_is_409(api: Api) -> None:
    make_job()
    run = triggered(api)
    finish(run["id"])
    response = api.post(f"runs/{run['id']}/cancel/")
    assert response.status_code == 409
    assert "succeeded" in response.json()["error"]["message"]


def test_retry_makes_a_new_run_with_the_same_params(api: Api) -> None:
    make_job(toml=GREETS)
    old = triggered(api, params={"whom": "me"})
    finish(old["id"], Status.FAILED)
    response = api.post(f"runs/{old['id']}/retry/")
    assert response.status_code == 202
    new = response.json()
    assert (new["source"], new["params"], new["status"]) == ("retry", {"whom": "me"}, "queued")
    assert new["id"] != old["id"]


def test_retry_of_a_run_that_is_not_over_is_409(api: Api) -> None:
    make_job()
    assert api.post(f"runs/{triggered(api)['id']}/retry/").status_code == 409


def test_events_come_in_order(api: Api) -> None:
    make_job()
    run = triggered(api)
    for hook in ("pre_action", "action"):
        RunEvent.objects.create(
            run_id=run["id"], at=clock.now(), kind="hook", plugin="os", hook=hook, seconds=0.5
        )
    events = api.get(f"runs/{run['id']}/events/").json()["results"]
    assert [event["hook"] for event in events] == ["pre_action", "action"]
    assert list(events[0]) == ["attempt", "at", "kind", "plugin", "hook", "seconds", "message", "data"]


def test_the_log_of_a_waiting_run_is_empty_and_not_complete(api: Api) -> None:
    make_job()
    response = api.get(f"runs/{triggered(api)['id']}/log/")
    assert (response.content, response["X-Next-Offset"], response["X-Log-Complete"]) == (b"", "0", "false")


def test_a_log_that_another_home_has_is_not_told_as_empty(api: Api) -> None:
    make_job()
    run = Run.objects.get(pk=triggered(api)["id"])
    Run.objects.filter(pk=run.pk).update(status="succeeded", attempt=1, owner="other:1:aa", host="far")
    answer = api.get(f"runs/{run.pk}/log/")
    assert answer.status_code == 404
    assert f"the log of run {run.pk} lies on far, in another MXX_HOME" in answer.content.decode()


def test_the_log_is_plain_text_read_on_from_an_offset_until_complete(api: Api) -> None:
    make_job()
    run = Run.objects.get(pk=triggered(api)["id"])
    write_log(run, "grüße\n".encode())
    first = api.get(f"runs/{run.pk}/log/", accept="text/plain")
    assert first.content.decode() == "grüße\n"
    assert first["Content-Type"] == "text/plain; charset=utf-8"
    assert first["X-Content-Type-Options"] == "nosniff"
    finish(run.pk)
    rest = api.get(f"runs/{run.pk}/log/?offset={first['X-Next-Offset']}")
    assert (rest.content, rest["X-Log-Complete"]) == (b"", "true")


@pytest.mark.parametrize("offset", ["-1", "x", "1.5", str(2**63)])
def test_an_offset_that_is_none_is_400_in_json(api: Api, offset: str) -> None:
    make_job()
    response = api.get(f"runs/{triggered(api)['id']}/log/?offset={offset}", accept="text/plain")
    assert response.status_code == 400
    assert only_field(response)["field"] == "offset"


def test_an_offset_behind_the_end_gives_nothing(api: Api) -> None:
    make_job()
    run = Run.objects.get(pk=triggered(api)["id"])
    write_log(run, b"hello\n")
    assert api.get(f"runs/{run.pk}/log/?offset=1000000").content == b""


def logged(api: Api, text: bytes) -> Run:
    make_job()
    run = Run.objects.get(pk=triggered(api)["id"])
    write_log(run, text)
    return run


def test_colours_are_taken_out_of_the_log_unless_asked_for_and_other_escapes_always(api: Api) -> None:
    run = logged(api, b"\x1b]0;title\x07\x1b[31mred\x1b[0m\x1b[2J\n")
    assert api.get(f"runs/{run.pk}/log/").content == b"red\n"
    assert api.get(f"runs/{run.pk}/log/?ansi=1").content == b"\x1b[31mred\x1b[0m\n"


def test_a_progress_bar_read_in_pieces_is_seen_in_its_last_state(api: Api) -> None:
    run = logged(api, b"begun\n10%\r20%")
    first = api.get(f"runs/{run.pk}/log/")
    folder = services.run_dir(run).log
    writer = segments.Writer(folder)
    writer.offset = segments.end(folder)
    writer.append(segments.OUT, 1, b"\r30%\nended\n")
    rest = api.get(f"runs/{run.pk}/log/?offset={first['X-Next-Offset']}")
    assert first.content + rest.content == b"begun\n30%\nended\n"


def test_a_character_on_the_border_of_two_chunks_of_an_ended_run_is_whole(api: Api) -> None:
    run = logged(api, b"x" * (256 * 1024 - 1) + "\u00e9\n".encode())
    finish(run.pk)
    first = api.get(f"runs/{run.pk}/log/")
    assert first["X-Log-Complete"] == "false"
    rest = api.get(f"runs/{run.pk}/log/?offset={first['X-Next-Offset']}")
    assert (rest.content.decode(), rest["X-Log-Complete"]) == ("\u00e9\n", "true")
    assert len(first.content) == 256 * 1024 - 1


def test_each_attempt_has_a_log_of_its_own(api: Api) -> None:
    run = logged(api, b"")
    for attempt in (1, 2):
        Run.objects.filter(pk=run.pk).update(attempt=attempt)
        run.refresh_from_db()
        write_log(run, b"attempt %d\n" % attempt)
    newest, first = api.get(f"runs/{run.pk}/log/"), api.get(f"runs/{run.pk}/log/?attempt=1")
    assert (newest.content, newest["X-Log-Attempt"], newest["X-Log-Complete"]) == (
        b"attempt 2\n",
        "2",
        "false",
    )
    assert (first.content, first["X-Log-Attempt"], first["X-Log-Complete"]) == (b"attempt 1\n", "1", "true")
    assert only_field(api.get(f"runs/{run.pk}/log/?attempt=3"))["field"] == "attempt"


def test_samples_are_told_with_their_names(api: Api) -> None:
    make_job()
    run_id = triggered(api)["id"]
    assert api.get(f"runs/{run_id}/samples/").json() == {"every": 1.0, "points": []}
    finish(run_id)
    RunSamples.objects.keep(run_id, {"every": 2.0, "points": [[2.0, 50.0, 8192, 3]]})
    told = api.get(f"runs/{run_id}/samples/").json()
    assert told == {"every": 2.0, "points": [{"at": 2.0, "cpu": 50.0, "memory": 8192, "processes": 3}]}


def test_a_run_without_detached_programs_lists_none_and_has_none_to_stop(api: Api) -> None:
    make_job()
    run_id = triggered(api)["id"]
    assert api.get(f"runs/{run_id}/detached/").json() == {"results": []}
    refused = api.post(f"runs/{run_id}/detached/1/stop/")
    assert (refused.status_code, refused.json()["error"]["message"]) == (
        404,
        f"run {run_id} has no detached program 1",
    )


def test_a_run_that_is_over_is_forgotten_with_its_log(api: Api) -> None:
    make_job()
    run = Run.objects.get(pk=triggered(api)["id"])
    Run.objects.filter(pk=run.pk).update(attempt=1)
    run.refresh_from_db()
    write_log(run, b"hello\n")
    assert api.delete(f"runs/{run.pk}/").status_code == 409
    finish(run.pk)
    assert api.delete(f"runs/{run.pk}/").status_code == 204
    assert api.get(f"runs/{run.pk}/").status_code == 404


def test_the_files_of_a_forgotten_run_are_gone(api: Api, django_capture_on_commit_callbacks: Any) -> None:
    make_job()
    Run.objects.filter(pk=triggered(api)["id"]).update(attempt=2, status="failed", finished_at=clock.now())
    run = Run.objects.get()
    write_log(run, b"hello\n")
    folder = services.run_dir(run).path
    with django_capture_on_commit_callbacks(execute=True):
        assert api.delete(f"runs/{run.pk}/").status_code == 204
    assert not folder.exists()


def test_a_file_is_run_once_and_becomes_no_job(api: Api) -> None:
    body = {"name": "once", "toml": '[params]\nstage = "1"\n[os]\ncmd = "true"\n', "params": {"stage": "7"}}
    run = api.post("runs/", body).json()
    assert (run["job"], run["status"], run["source"], run["params"]) == (
        "once",
        "queued",
        "api",
        {"stage": "7"},
    )
    assert api.get("jobs/once/").status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "a/b", "toml": HELLO}, "name"),
        ({"name": "once"}, "config"),
        ({"name": "once", "toml": HELLO, "enabled": True}, "enabled"),
        ({"name": "once", "toml": "[so]\ncmd = 1"}, "so"),
        ({"name": "once", "toml": HELLO, "params": {"x": 1}}, "params.x"),
    ],
)
def test_a_file_that_is_wrong_is_refused_by_field(api: Api, body: dict[str, Any], field: str) -> None:
    response = api.post("runs/", body)
    assert (response.status_code, only_field(response)["field"]) == (400, field)
    assert not Run.objects.exists()


@pytest.mark.django_db
def test_a_token_for_one_job_runs_no_file() -> None:
    editor = person("editor")
    one_job = Api(key_of(editor, "edit", job=make_job()))
    assert one_job.post("runs/", {"name": "once", "toml": HELLO}).status_code == 403
