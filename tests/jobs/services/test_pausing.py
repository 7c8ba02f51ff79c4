from __future__ import annotations

import pytest

from jobs import services
from jobs.models import Run
from jobs.timing import clock
from tests.jobs.kit import every, make_job, only_schedule

pytestmark = pytest.mark.django_db


def test_a_paused_job_is_never_due_but_runs_by_hand() -> None:
    job = make_job(text=every(60))
    services.pause_job(job=job)
    assert only_schedule(job).next_run_time is None
    assert services.trigger_job(job=job).status == "queued"


def test_resuming_writes_one_row_that_counts_what_passed() -> None:
    job = make_job(text=every(60))
    services.pause_job(job=job)
    with clock.shifted(600):
        services.resume_job(job=job)
    row = Run.objects.get()
    assert row.status == "skipped"
    assert "10 due moments passed" in row.reason or "9 due moments passed" in row.reason


def test_resuming_at_once_writes_nothing() -> None:
    job = make_job(text=every(3600))
    services.pause_job(job=job)
    services.resume_job(job=job)
    assert not Run.objects.exists()
    assert only_schedule(job).next_run_time is not None


def test_a_paused_schedule_stays_paused_when_its_job_is_resumed() -> None:
    job = make_job(text=every(60))
    services.pause_schedule(schedule=only_schedule(job))
    services.pause_job(job=job)
    services.resume_job(job=job)
    assert only_schedule(job).next_run_time is None


def test_a_moment_that_was_due_when_it_was_paused_is_told_too() -> None:
    """The scheduler had not looked yet: the moment must not get lost between the two."""
    job = make_job(text=every(60))
    due = only_schedule(job).next_run_time
    with clock.shifted(90):
        services.pause_job(job=job)
        services.resume_job(job=job)
    assert [(run.status, run.scheduled_for) for run in Run.objects.all()] == [("skipped", due)]
