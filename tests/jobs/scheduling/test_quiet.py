from __future__ import annotations

from datetime import timedelta

import pytest

from jobs import services
from jobs.models import Quiet, Run
from jobs.timing import clock
from plugins.exceptions import BadInput
from tests.jobs.kit import ECHO, every, make_job
from tests.jobs.scheduling.kit import awake

pytestmark = pytest.mark.django_db

TEN_MINUTES = timedelta(minutes=10)


def look() -> list[str]:
    """What the rows say that a wake-up leaves behind."""
    scheduler = awake()
    scheduler._process_jobs()
    scheduler.lease.release()
    return list(Run.objects.order_by("id").values_list("status", flat=True))


def test_nothing_starts_while_it_is_quiet_but_what_is_asked_for() -> None:
    job = make_job(text=every(60))
    services.begin_quiet(until=clock.now() + TEN_MINUTES)
    with clock.shifted(300):
        assert look() == []
        assert services.trigger_job(job=job).status == "queued"


def test_it_ends_by_itself_and_one_row_tells_what_passed() -> None:
    make_job(text=every(60))
    services.begin_quiet(until=clock.now() + TEN_MINUTES)
    with clock.shifted(601):
        assert look()[0] == "skipped"
    assert "due moments passed" in Run.objects.order_by("id")[0].reason


def test_ended_early_schedules_count_again_at_once() -> None:
    make_job(text=every(60))
    services.begin_quiet(until=clock.now() + TEN_MINUTES)
    with clock.shifted(90):
        assert services.end_quiet(by=None)
        assert services.quiet_now() is None
    with clock.shifted(121):
        assert look() == ["skipped", "queued"]


def test_a_second_one_moves_the_end_of_the_first() -> None:
    services.begin_quiet(until=clock.now() + TEN_MINUTES)
    services.begin_quiet(until=clock.now() + 2 * TEN_MINUTES)
    [quiet] = Quiet.objects.all()
    assert quiet.until - quiet.since > TEN_MINUTES


def test_a_startup_schedule_in_a_quiet_time_is_told_too() -> None:
    job = make_job(text=f'{ECHO}[schedule]\ntrigger = "startup"\n')
    services.begin_quiet(until=clock.now() + TEN_MINUTES)
    job.schedules.update(next_run_time=clock.now())
    with clock.shifted(601):
        assert look() == ["skipped"]


@pytest.mark.parametrize(("ahead", "word"), [(-60, "not ahead"), (367 * 86400, "366 days")])
def test_an_end_that_cannot_be_is_refused_with_an_example(ahead: int, word: str) -> None:
    with pytest.raises(BadInput, match=word) as refused:
        services.begin_quiet(until=clock.now() + timedelta(seconds=ahead))
    assert refused.value.problems[0].field == "until"
    assert refused.value.problems[0].example.endswith("Z")


def test_the_scheduler_sleeps_through_a_quiet_time() -> None:
    make_job(text=every(60))
    services.begin_quiet(until=clock.now() + TEN_MINUTES)
    with clock.shifted(300):
        assert awake()._process_jobs() > 200
