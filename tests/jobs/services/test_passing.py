"""A due moment that nobody will run any more has a row, whatever is done to its schedule meanwhile."""

from __future__ import annotations

import pytest

from jobs import services
from jobs.exceptions import NotFound
from jobs.models import Run, Schedule, Supervisor
from jobs.scheduling.scheduler import plan_startup_schedules
from jobs.timing import clock
from tests.jobs.kit import ECHO, change, every, make_job, only_schedule
from tests.jobs.scheduling.kit import awake

pytestmark = pytest.mark.django_db

AT_START = f'{ECHO}[schedule]\ntrigger = "startup"\ndelay = "5m"\n'


def rows() -> list[tuple[str, str]]:
    return [(run.status, run.reason) for run in Run.objects.all()]


def mxx_starts() -> None:
    me = Supervisor.objects.create(id="s", host="here", pid=1, identity="b:1")
    plan_startup_schedules(me.started_at)


def test_a_moment_that_is_due_when_its_schedule_is_changed() -> None:
    job = make_job(text=every(60))
    with clock.shifted(62):
        change(job, every(90))
        awake()._process_jobs()
    assert rows() == [("missed", "1 due moment passed before the schedule was changed")]


def test_a_moment_that_is_due_when_its_schedule_is_removed() -> None:
    job = make_job(text=every(60))
    with clock.shifted(130):
        change(job, ECHO)
    assert rows() == [("missed", "2 due moments passed before the schedule was removed")]


def test_moments_that_passed_in_a_pause_before_the_schedule_was_changed() -> None:
    job = make_job(text=every(60))
    services.pause_job(job=job)
    with clock.shifted(610):
        change(job, every(90))
        services.resume_job(job=job)
    assert rows() == [("skipped", "paused: 10 due moments passed before the schedule was changed")]


def asking(what: str, priority: int = 7) -> str:
    """A job that cannot run without its schedule's params."""
    text = every(60).replace("[job]\n", f"[job]\npriority = {priority}\n")
    return f'{text}params = {{ x = "{what}" }}\n[params]\nx = {{ type = "str", required = true }}\n'


def test_what_passed_in_a_pause_can_be_repeated_as_it_would_have_run() -> None:
    job = make_job(text=asking("hello"))
    services.pause_job(job=job)
    with clock.shifted(610):
        services.resume_job(job=job)
    again = services.retry_run(run=Run.objects.get())
    assert (again.params, again.priority, again.revision) == ({"x": "hello"}, 7, job.revision)


@pytest.mark.parametrize("after", [asking("good bye", 1).replace("60", "90"), ECHO])
def test_what_passed_before_an_edit_keeps_the_text_of_its_moment(after: str) -> None:
    job = make_job(text=asking("hello"))
    text_then = job.revision
    with clock.shifted(62):
        services.save_job(name="new", draft=services.read_draft(text=after), source="api", job=job)
    row = Run.objects.get()
    assert (row.params, row.priority, row.revision) == ({"x": "hello"}, 7, text_then)
    assert row.job_name == "job"


def test_an_unchanged_schedule_keeps_what_is_due() -> None:
    job = make_job(text=every(60))
    with clock.shifted(62):
        change(job, f"# said otherwise\n{every(60)}")
        awake()._process_jobs()
    assert [run.status for run in Run.objects.all()] == ["queued"]


def test_a_pause_by_somebody_who_read_the_schedule_before_it_fired_does_not_count_what_ran() -> None:
    job = make_job(text=every(60))
    read_before = services.find_schedule(only_schedule(job).pk)
    with clock.shifted(62):
        awake()._process_jobs()
        services.pause_schedule(schedule=read_before)
    with clock.shifted(125):
        services.resume_schedule(schedule=read_before)
    assert [run.reason[:28] for run in Run.objects.order_by("id")] == ["", "paused: 1 due moment passed "]


def test_a_schedule_that_was_removed_meanwhile_is_not_resumed() -> None:
    schedule = only_schedule(make_job(text=every(60)))
    services.pause_schedule(schedule=schedule)
    services.delete_job(job=schedule.job)
    with pytest.raises(NotFound, match=f"no schedule {schedule.pk}"):
        services.resume_schedule(schedule=schedule)
    assert not Schedule.objects.waiting().exists()


def test_a_resume_by_somebody_who_read_the_job_before_it_was_paused_plans_nothing() -> None:
    schedule = only_schedule(make_job(text=every(60)))
    services.pause_schedule(schedule=schedule)
    read_before = services.find_schedule(schedule.pk)
    services.pause_job(job=services.find_job("job"))
    services.resume_schedule(schedule=read_before)
    assert not Schedule.objects.waiting().exists()


def test_a_job_that_was_deleted_meanwhile_is_not_saved() -> None:
    job = make_job(text=every(60))
    services.delete_job(job=services.find_job("job"))
    with pytest.raises(NotFound, match="no job named 'job'"):
        change(job, every(90))
    assert not Schedule.objects.waiting().exists()


def test_a_startup_schedule_that_is_resumed_during_its_delay_still_runs() -> None:
    job = make_job(text=AT_START)
    mxx_starts()
    due = only_schedule(job).next_run_time
    services.pause_schedule(schedule=only_schedule(job))
    services.resume_schedule(schedule=only_schedule(job))
    assert due
    assert only_schedule(job).next_run_time == due


def test_a_startup_schedule_that_was_made_since_the_start_waits_for_the_next_one() -> None:
    mxx_starts()
    with clock.shifted(5):
        job = make_job(text=AT_START)
        services.pause_job(job=job)
        services.resume_job(job=job)
    assert only_schedule(job).next_run_time is None


def test_a_startup_schedule_that_was_made_since_the_start_and_paused_tells_of_nothing() -> None:
    mxx_starts()
    with clock.shifted(5):
        job = make_job(text=AT_START)
        services.pause_job(job=job)
    with clock.shifted(400):
        Supervisor.objects.update(heartbeat_at=clock.now())
        services.resume_job(job=job)
    assert rows() == []


def test_a_startup_schedule_that_is_resumed_too_late_tells_it_once() -> None:
    job = make_job(text=AT_START)
    mxx_starts()
    services.pause_job(job=job)
    with clock.shifted(400):
        Supervisor.objects.update(heartbeat_at=clock.now())
        services.resume_job(job=job)
        services.pause_job(job=job)
        services.resume_job(job=job)
    assert [run.reason[:28] for run in Run.objects.all()] == ["paused: 1 due moment passed "]


def test_a_startup_that_nobody_saw_before_the_next_one_is_told() -> None:
    make_job(text=AT_START)
    mxx_starts()
    with clock.shifted(400):
        plan_startup_schedules(clock.now())
    assert rows() == [("missed", "1 due moment passed before the schedule was planned for this start of MXX")]


def test_the_delay_after_the_start_is_no_longer_when_the_clock_is_set_back() -> None:
    job = make_job(text=AT_START)
    mxx_starts()
    scheduler = awake()
    scheduler._offset = clock.now().timestamp() - clock.monotonic()
    with clock.shifted(-3600):
        scheduler._heed_the_clock()
        scheduler._process_jobs()
        planned = only_schedule(job).next_run_time
        assert planned
        assert 290 < (planned - clock.now()).total_seconds() < 301
