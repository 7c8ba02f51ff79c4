"""What the supervisor looks up for the plugins of a run."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from jobs import services
from jobs.execution.facts import facts_for
from jobs.execution.specs import spec_of
from jobs.models import Job, Run, Status
from jobs.timing import clock
from tests.jobs.kit import make_job

pytestmark = pytest.mark.django_db

ONCE = '[once]\nper = "day"\n[os]\ncmd = ["true"]\n'


def run_of(job: Job, status: str = Status.QUEUED, hours_ago: float = 0) -> Run:
    ended = clock.now() - timedelta(hours=hours_ago)
    assert job.revision is not None
    return Run.objects.create(
        job=job, job_name=job.name, revision=job.revision, source="api", status=status, finished_at=ended
    )


def test_a_job_that_uses_once_is_told_its_last_success() -> None:
    job = make_job(text=ONCE)
    run_of(make_job("other", ONCE), Status.SUCCEEDED)
    success = run_of(job, Status.SUCCEEDED, hours_ago=5)
    run_of(job, Status.FAILED, hours_ago=1)
    assert success.finished_at is not None
    assert spec_of(run_of(job)).last_success == success.finished_at.timestamp()


def test_a_job_that_never_succeeded_is_told_nothing() -> None:
    job = make_job(text=ONCE)
    run_of(job, Status.FAILED)
    assert spec_of(run_of(job)).last_success is None


def test_runs_of_a_file_go_by_their_name() -> None:
    job = make_job(text=ONCE)
    Run.objects.filter(pk=run_of(job, Status.SUCCEEDED).pk).update(job=None)
    ours = run_of(job)
    ours.job = None
    assert facts_for(ours, [("once", "once", {})])["last_success"] is not None
    ours.job_name = "another"
    assert facts_for(ours, [("once", "once", {})])["last_success"] is None


def test_a_job_is_told_of_its_applications_after_its_params_are_in_place() -> None:
    services.save_application(draft=services.ApplicationDraft("maa", "/opt/maa", "MAA"))
    job = make_job(text='[params]\nwhich = "none"\n[mxxrun]\napp_name = "${params.which}"\n')
    run = run_of(job)
    assert spec_of(run).applications == {}
    run.params = {"which": "MAA"}
    assert spec_of(run).applications["MAA"]["path"] == "/opt/maa"


def test_a_plain_job_costs_no_query(django_assert_num_queries: Any) -> None:
    run = run_of(make_job())
    with django_assert_num_queries(0):
        facts = facts_for(run, [("os", "os", {"cmd": ["true"]})])
    assert facts == {"timezone": services.default_zone(), "last_success": None, "applications": {}}
