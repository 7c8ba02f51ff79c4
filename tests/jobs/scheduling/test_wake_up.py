"""The scheduler's wake-up against a real database, its loop not started."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import pytest

from jobs import services
from jobs.models import Lease, Run, Schedule
from jobs.scheduling.replanning import AT_ONCE
from jobs.scheduling.scheduler import plan_startup_schedules
from jobs.timing import clock
from tests.jobs.kit import ECHO, every, make_job, only_schedule
from tests.jobs.scheduling.kit import awake

pytestmark = pytest.mark.django_db


def test_a_due_schedule_gets_one_row_and_its_next_moment() -> None:
    schedule = only_schedule(make_job(text=every(60)))
    due = schedule.next_run_time
    assert due is not None
    with clock.shifted(61):
        awake()._process_jobs()
    schedule.refresh_from_db()
    assert [run.scheduled_for for run in Run.objects.all()] == [due]
    assert schedule.next_run_time == due + timedelta(seconds=60)


def test_two_schedulers_write_one_row_a_due_moment() -> None:
    make_job(text=every(60))
    with clock.shifted(61):
        first, second = awake("first"), awake("second")
        first._process_jobs()
        Lease.objects.update(expires_at=clock.now())
        Schedule.objects.update(next_run_time=Run.objects.get().scheduled_for)  # as if the advance was lost
        second._process_jobs()
    assert Run.objects.count() == 1


def test_a_scheduler_without_the_lease_writes_nothing() -> None:
    make_job(text=every(60))
    awake("leader")._process_jobs()
    with clock.shifted(61):
        Lease.objects.update(expires_at=clock.now() + timedelta(seconds=5))
        awake("other")._process_jobs()
    assert not Run.objects.exists()


def test_one_that_does_not_lead_plans_nothing_again_by_its_clock() -> None:
    schedule = only_schedule(make_job(text=every(60)))
    leader = awake("leader")
    leader._process_jobs()
    far = clock.now() + timedelta(days=365)
    Schedule.objects.update(next_run_time=far)
    awake("other")._process_jobs()
    schedule.refresh_from_db()
    assert schedule.next_run_time == far


def test_one_whose_wake_up_failed_leads_again_at_once() -> None:
    make_job(text=every(60))
    scheduler = awake()
    scheduler._process_jobs()
    scheduler.lease.epoch = None  # as after an error, which rolls the renewal back
    with clock.shifted(61):
        Lease.objects.update(expires_at=clock.now() + timedelta(seconds=5))
        scheduler._process_jobs()
    assert Run.objects.count() == 1


def test_one_that_slept_past_its_lease_is_fenced_off() -> None:
    make_job(text=every(60))
    sleeper = awake("sleeper")
    sleeper._process_jobs()
    with clock.shifted(30):
        awake("successor")._process_jobs()
    with clock.shifted(32):
        sleeper.lease._renewed = 0.0
        sleeper._process_jobs()
    assert Lease.objects.get().holder == "successor"


def test_a_one_time_schedule_fires_once_and_then_never() -> None:
    moment = (datetime.now(UTC) + timedelta(seconds=30)).isoformat()
    make_job(text=f'{ECHO}[schedule]\ntrigger = "date"\nrun_date = "{moment}"\n')
    scheduler = awake()
    for seconds in (31, 32, 3600):
        with clock.shifted(seconds):
            scheduler.lease._renewed = 0.0
            scheduler._process_jobs()
    assert Run.objects.count() == 1
    assert not Schedule.objects.waiting().exists()


def test_deleting_what_is_due_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    job = make_job(text=every(60))
    scheduler = awake()
    with clock.shifted(61), caplog.at_level(logging.WARNING):
        due = scheduler.store.get_due_jobs(clock.now())
        services.delete_job(job=job)
        scheduler.store.remove_job(due[0].id)
        scheduler.store.flush()
        scheduler._process_jobs()
    assert not caplog.records
    assert [(run.status, run.reason) for run in Run.objects.all()] == [
        ("missed", "1 due moment passed before the schedule was removed")
    ]


def test_a_schedule_that_cannot_be_planned_silences_no_other(caplog: pytest.LogCaptureFixture) -> None:
    make_job("good", every(60))
    bad = make_job("bad", every(60))
    bad.schedules.update(spec={})
    with clock.shifted(61):
        awake()._process_jobs()
    assert {run.job_name: run.status for run in Run.objects.all()} == {"good": "queued", "bad": "missed"}
    assert "is due no more" in Run.objects.get(job=bad).reason
    assert "bad is due no more" in caplog.text


def test_a_startup_schedule_runs_once_a_start() -> None:
    make_job(text=f'{ECHO}[schedule]\ntrigger = "startup"\ndelay = 5\n')
    plan_startup_schedules(clock.now())
    for seconds in (6, 7):
        with clock.shifted(seconds):
            scheduler = awake()
            scheduler.lease.epoch = None
            Lease.objects.all().delete()
            scheduler._process_jobs()
    assert Run.objects.count() == 1


def test_a_clock_that_was_ahead_leaves_no_silence_behind() -> None:
    schedule = only_schedule(make_job(text=every(60)))
    Schedule.objects.update(next_run_time=clock.now() + timedelta(days=365))
    awake()._process_jobs()
    schedule.refresh_from_db()
    assert schedule.next_run_time is not None
    assert schedule.next_run_time - clock.now() <= timedelta(seconds=61)


def test_planning_again_leaves_a_schedule_that_cannot_be_planned(caplog: pytest.LogCaptureFixture) -> None:
    bad, good = (only_schedule(make_job(name, every(60))) for name in ("bad", "good"))
    far = clock.now() + timedelta(days=365)
    Schedule.objects.update(next_run_time=far)
    Schedule.objects.filter(pk=bad.pk).update(spec={})
    with caplog.at_level(logging.WARNING):
        awake()._process_jobs()
    bad.refresh_from_db()
    good.refresh_from_db()
    assert bad.next_run_time == far
    assert good.next_run_time and good.next_run_time < far
    assert f"schedule {bad.pk} cannot be planned again" in caplog.text


def test_what_is_due_does_not_wait_until_all_is_planned_again() -> None:
    schedule = only_schedule(make_job(text=every(60)))
    copies(schedule, 2 * AT_ONCE)
    Schedule.objects.exclude(pk=schedule.pk).update(next_run_time=clock.now() + timedelta(days=365))
    with clock.shifted(61):
        scheduler = awake()
        scheduler._process_jobs()
        assert [run.schedule_id for run in Run.objects.all()] == [schedule.pk]
        rest = 0
        while scheduler._process_jobs() == 0.0:
            rest += 1
    assert rest == 1
    assert not Schedule.objects.filter(next_run_time__gt=clock.now() + timedelta(seconds=200)).exists()


def copies(row: Schedule, count: int) -> None:
    """So many more schedules like this one."""
    fields = {name: getattr(row, name) for name in ("job", "trigger", "spec", "text", "next_run_time")}
    Schedule.objects.bulk_create(Schedule(name=str(n), **fields) for n in range(2, count + 2))


def test_a_thousand_due_at_once_get_a_thousand_rows() -> None:
    copies(only_schedule(make_job(text=every(60))), 999)
    with clock.shifted(61):
        awake()._process_jobs()
    assert Run.objects.queued().count() == 1000
