from __future__ import annotations

from typing import Any

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


DAILY = f'{ECHO}[schedule]\ntrigger = "cron"\nexpression = "0 4 * * *"\n'


def told(job: Job) -> tuple[object, ...]:
    row = only_schedule(job)
    return row.timezone, row.spec, row.next_run_time, row.text


@pytest.mark.parametrize("text", [DAILY, every(7200)])
def test_a_schedule_that_names_no_zone_keeps_it_when_the_servers_zone_changes(
    text: str, settings: Any
) -> None:
    settings.MXX_TIMEZONE = "Asia/Shanghai"
    job = make_job(text=text)
    before = told(job)
    settings.MXX_TIMEZONE = "Europe/Berlin"
    with clock.shifted(60):
        change(job, text)
    assert told(job)[:3] == before[:3]


def test_a_schedule_that_names_its_zone_no_more_takes_the_servers(settings: Any) -> None:
    settings.MXX_TIMEZONE = "Europe/Berlin"
    job = make_job(text=DAILY + 'timezone = "Asia/Shanghai"\n')
    change(job, DAILY)
    assert told(job)[0] == "Europe/Berlin"


def test_a_changed_schedule_takes_the_servers_new_zone(settings: Any) -> None:
    settings.MXX_TIMEZONE = "Asia/Shanghai"
    job = make_job(text=DAILY)
    settings.MXX_TIMEZONE = "Europe/Berlin"
    change(job, DAILY.replace("0 4", "0 5"))
    assert told(job)[0] == "Europe/Berlin"


def test_an_interval_keeps_its_anchor_when_it_is_given_a_zone() -> None:
    job = make_job(text=every(7200))
    before = told(job)
    with clock.shifted(60):
        change(job, every(7200) + 'timezone = "Asia/Shanghai"\n')
    assert told(job)[1:3] == before[1:3]


def test_a_sentence_names_the_zone_as_soon_as_it_is_not_the_servers(settings: Any) -> None:
    settings.MXX_TIMEZONE = "Asia/Shanghai"
    job = make_job(text=DAILY)
    settings.MXX_TIMEZONE = "Europe/Berlin"
    assert services.retell_schedules() == 1
    assert told(job)[3] == "Every day at 04:00, Shanghai time"
    change(job, DAILY)
    assert told(job)[3] == "Every day at 04:00, Shanghai time"
    settings.MXX_TIMEZONE = "Asia/Shanghai"
    assert services.retell_schedules() == 1
    assert (told(job)[3], services.retell_schedules()) == ("Every day at 04:00", 0)
