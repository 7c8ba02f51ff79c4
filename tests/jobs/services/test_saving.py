from __future__ import annotations

import pytest

from jobs import services
from jobs.exceptions import Conflict
from jobs.models import Job, Revision, Schedule
from jobs.timing import clock
from plugins.exceptions import BadInput
from tests.jobs.kit import ECHO, change, every, make_job, only_schedule

pytestmark = pytest.mark.django_db


def test_a_job_keeps_its_text_to_the_letter() -> None:
    text = "# farm first\n" + ECHO + "\n# and a comment at the end\n"
    assert make_job(text=text).toml == text


def test_a_new_schedule_is_due_one_interval_after_its_whole_second() -> None:
    before = clock.now()
    row = only_schedule(make_job(text=every(10)))
    assert row.next_run_time is not None
    assert row.next_run_time.microsecond == 0
    assert 10 <= (row.next_run_time - before).total_seconds() <= 12


def test_saving_the_same_text_again_makes_no_revision_and_moves_no_due_moment() -> None:
    job = make_job(text=every(3600))
    before = only_schedule(job).next_run_time
    with clock.shifted(60):
        change(job, every(3600))
    assert only_schedule(job).next_run_time == before
    assert job.revisions.count() == 1


def test_a_comment_makes_a_revision_but_moves_no_due_moment() -> None:
    job = make_job(text=every(3600))
    before = only_schedule(job).next_run_time
    with clock.shifted(60):
        change(job, "# why\n" + every(3600))
    assert only_schedule(job).next_run_time == before
    assert job.revisions.count() == 2


def test_a_changed_schedule_is_planned_strictly_after_now() -> None:
    job = make_job(text=every(3600))
    change(job, every(60))
    moment = only_schedule(job).next_run_time
    assert moment is not None
    assert clock.now() < moment
    assert (moment - clock.now()).total_seconds() <= 61


def test_a_schedule_taken_out_of_the_text_is_never_due_again() -> None:
    job = make_job(text=every(60))
    change(job, ECHO)
    assert not job.schedules.present().exists()
    assert not Schedule.objects.waiting().exists()


def test_names_are_unique_whatever_their_case() -> None:
    make_job("Backup")
    with pytest.raises(Conflict, match="exists already"):
        make_job("bACKUP")
    assert Job.objects.count() == 1


def test_a_refused_text_changes_nothing() -> None:
    job = make_job(text=every(60))
    with pytest.raises(BadInput):
        change(job, every(60) + "[appp]\n")
    assert (Revision.objects.count(), Schedule.objects.count()) == (1, 1)


def test_all_problems_of_a_text_are_told_at_once() -> None:
    with pytest.raises(BadInput) as caught:
        services.read_draft(
            text='[os]\ncmd = ""\n[schedule]\ntrigger = "cron"\nhour = 99\ntimezone = "Mars"\n'
        )
    assert {problem.field for problem in caught.value.problems} >= {
        "os.cmd",
        "schedule[0].hour",
        "schedule[0].timezone",
    }


def test_a_deleted_jobs_name_is_free_at_once_and_its_history_stays() -> None:
    job = make_job("x")
    run = services.trigger_job(job=job)
    services.delete_job(job=job)
    run.refresh_from_db()
    assert (run.status, run.reason, run.job_name) == ("cancelled", "job deleted", "x")
    assert make_job("x").pk != job.pk
