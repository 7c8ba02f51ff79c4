"""Runs, revisions and tokens in the admin, and what is not there."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin as django_admin
from django.contrib.auth.models import User
from django.test import Client

from jobs import services
from jobs.models import Revision, Run, RunEvent, Status, Token
from jobs.timing import clock
from tests.api.kit import Api, make_job, row_counts

RUNS = "/admin/jobs/run/"


@pytest.fixture
def admin(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("boss"))
    return client


def make_run(**values: Any) -> Run:
    run = services.trigger_job(job=make_job())
    Run.objects.filter(pk=run.pk).update(**values)
    return Run.objects.get(pk=run.pk)


def act(admin: Client, action: str, *runs: Run) -> str:
    sent = {"action": action, "_selected_action": [run.pk for run in runs]}
    return " ".join(str(message) for message in admin.post(RUNS, sent, follow=True).context["messages"])


def test_a_run_is_shown_with_its_events_and_receipt(admin: Client) -> None:
    run = make_run(status=Status.FAILED, reason="exit code 3", receipt={"left": "<nothing>"})
    RunEvent.objects.create(
        run=run, at=clock.now(), kind="hook", plugin="os", hook="action", message="echo hello"
    )
    page = admin.get(f"{RUNS}{run.pk}/change/").content.decode()
    assert "exit code 3" in page
    assert "echo hello" in page
    assert "&lt;nothing&gt;" in page


@pytest.mark.parametrize("kind", ["run", "revision"])
def test_history_can_neither_be_added_nor_changed_nor_deleted(admin: Client, kind: str) -> None:
    run = make_run()
    before = row_counts()
    pk = run.pk if kind == "run" else run.revision_id
    base = f"/admin/jobs/{kind}/"
    for url in (f"{base}add/", f"{base}{pk}/change/", f"{base}{pk}/delete/"):
        assert admin.post(url, {"post": "yes", "status": "lost"}).status_code == 403
    admin.post(base, {"action": "delete_selected", "_selected_action": [pk], "post": "yes"})
    assert row_counts() == before
    assert Run.objects.get().status == Status.QUEUED


def test_runs_are_found_by_job_and_status(admin: Client) -> None:
    run = make_run()
    for query in ("?q=hell", f"?q={run.pk}", "?status__exact=queued", f"?job__id__exact={run.job_id}"):
        assert f"{RUNS}{run.pk}/change/" in admin.get(RUNS + query).content.decode(), query
    assert f"{RUNS}{run.pk}/change/" not in admin.get(RUNS + "?q=other").content.decode()


def test_the_list_of_runs_links_the_job_and_costs_the_same_for_any_number(
    admin: Client, django_assert_max_num_queries: Any
) -> None:
    job = make_job()
    for _ in range(30):
        services.trigger_job(job=job)
    with django_assert_max_num_queries(8):
        page = admin.get(RUNS).content.decode()
    assert page.count(f"/admin/jobs/job/{job.pk}/change/") == 30


def test_the_run_of_a_deleted_job_keeps_the_name_without_a_link(admin: Client) -> None:
    run = make_run()
    assert run.job is not None
    services.delete_job(job=run.job)
    page = admin.get(RUNS).content.decode()
    assert "hello" in page
    assert "/admin/jobs/job/" + str(run.job_id) not in page


def test_cancel_stops_what_is_not_over_and_tells_what_is(admin: Client) -> None:
    over, queued = make_run(status=Status.SUCCEEDED), services.trigger_job(job=make_job("other"))
    message = act(admin, "cancel", over, queued)
    assert f"run {over.pk} is over already" in message
    assert Run.objects.get(pk=queued.pk).reason == "cancelled by boss"


def test_retry_queues_a_new_run(admin: Client) -> None:
    run = make_run(status=Status.FAILED)
    act(admin, "retry", run)
    assert Run.objects.get(retry_of=run).source == "retry"


def test_a_revision_shows_its_text(admin: Client) -> None:
    make_job()
    page = admin.get(f"/admin/jobs/revision/{Revision.objects.get().pk}/change/").content.decode()
    assert "echo hello" in page


def test_a_token_can_be_deleted_and_its_digest_is_shown_nowhere(admin: Client) -> None:
    token, key = Token.objects.create(user=User.objects.get(), name="laptop")
    page = admin.get("/admin/jobs/token/").content.decode()
    assert "laptop" in page
    assert key not in page
    assert admin.get("/admin/jobs/token/add/").status_code == 403
    assert admin.post(f"/admin/jobs/token/{token.pk}/delete/", {"post": "yes"}).status_code == 302
    assert Api(key).get("jobs/").status_code == 401


def test_apscheduler_has_no_page_here() -> None:
    for model in apps.get_app_config("django_apscheduler").get_models():
        assert not django_admin.site.is_registered(model)
