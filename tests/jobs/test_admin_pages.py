"""The administration leads to the pages, filters what is long, and has its icon."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from jobs import services
from jobs.models import Run
from jobs.timing import clock
from tests.api.kit import make_job


@pytest.fixture
def admin(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("boss"))
    return client


def test_each_thing_leads_to_its_page(admin: Client) -> None:
    job = make_job()
    run = services.trigger_job(job=job)
    told = services.save_application(draft=services.ApplicationDraft("maa", "/opt/maa", "maa"))
    assert job.revision
    for path, page in (
        (f"job/{job.pk}", "/jobs/hello/"),
        (f"run/{run.pk}", f"/runs/{run.pk}/"),
        (f"revision/{job.revision.pk}", "/jobs/hello/revisions/1/"),
        (f"application/{told.pk}", "/settings/applications/maa/"),
    ):
        shown = admin.get(f"/admin/jobs/{path}/change/").content.decode()
        assert f'<a href="{page}" class="viewsitelink">' in shown


@pytest.mark.parametrize(("since", "count"), [("hour", 0), ("day", 1), ("week", 1), ("nonsense", 1)])
def test_runs_are_filtered_by_when(admin: Client, since: str, count: int) -> None:
    run = services.trigger_job(job=make_job())
    Run.objects.filter(pk=run.pk).update(queued_at=clock.now() - timedelta(hours=5))
    assert admin.get(f"/admin/jobs/run/?since={since}").context["cl"].result_count == count


@pytest.mark.parametrize(("source", "count"), [("file", 1), ("here", 1), ("elsewhere", 2)])
def test_jobs_are_filtered_by_where_they_are_changed(admin: Client, source: str, count: int) -> None:
    make_job("of a file", source="file:of a file.toml")
    make_job("of the page")
    assert admin.get(f"/admin/jobs/job/?from={source}").context["cl"].result_count == count


def test_its_icon_is_ours_and_asked_for_by_any_name(admin: Client) -> None:
    page = admin.get("/admin/").content.decode()
    assert '<link rel="icon" href="/static/mxx' in page and 'href="/">MXX</a>' in page
    answer = Client().get("/favicon.ico")
    assert (answer.status_code, "mxx" in answer["Location"]) == (302, True)
