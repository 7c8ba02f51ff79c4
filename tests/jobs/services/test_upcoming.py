from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from jobs import services
from jobs.models import Job, Run
from jobs.services.lengths import usual
from jobs.timing import clock
from tests.jobs.kit import ECHO, every, make_job

pytestmark = pytest.mark.django_db

NOON = datetime(2030, 6, 3, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon() -> Any:
    with clock.frozen(NOON) as hands:
        yield hands


def at(**after: float) -> datetime:
    return NOON + timedelta(**after)


def daily(name: str, hour: int, minute: int = 0, job: str = "") -> Job:
    when = f'[schedule]\ntrigger = "cron"\ntimezone = "UTC"\nexpression = "{minute} {hour} * * *"\n'
    return make_job(name, f"{job}{ECHO}{when}")


def lasting(job: Job, seconds: int) -> None:
    for _ in range(3):
        run = services.trigger_job(job=job)
        ended = {
            "status": "succeeded",
            "started_at": at(days=-1),
            "finished_at": at(days=-1, seconds=seconds),
        }
        Run.objects.filter(pk=run.pk).update(**ended)


def told() -> list[tuple[str, str, float]]:
    return [(one.job, one.what, one.seconds) for one in services.collisions()]


def test_the_next_moments_of_all_jobs_come_in_order() -> None:
    make_job("often", every(3600))
    daily("daily", 14, 30)
    found = [(item.schedule.job.name, item.at) for item in services.upcoming(count=4)]
    assert found == [
        ("often", at(hours=1)),
        ("often", at(hours=2)),
        ("daily", at(hours=2.5)),
        ("often", at(hours=3)),
    ]


def test_paused_and_deleted_jobs_are_not_among_them() -> None:
    services.pause_job(job=daily("paused", 13))
    services.delete_job(job=daily("deleted", 13))
    assert services.upcoming() == []


def test_in_a_quiet_time_the_next_moments_come_after_it() -> None:
    make_job("often", every(3600))
    services.begin_quiet(until=at(hours=2, minutes=30))
    assert services.upcoming(count=1)[0].at == at(hours=3)


def test_runs_of_unknown_length_meet_nobody() -> None:
    make_job("often", every(60))
    assert told() == []


def test_a_run_longer_than_its_interval_is_forecast_to_be_skipped() -> None:
    lasting(make_job("long", every(6 * 3600)), 7 * 3600)
    assert told() == [("long", "skipped", 0.0)]


def test_with_queue_it_waits_and_so_does_the_next() -> None:
    lasting(make_job("long", every(7 * 3600, overlap="queue")), 8 * 3600)
    assert told() == [("long", "waits", 3600.0), ("long", "waits", 7200.0)]


def test_jobs_that_share_a_tag_wait_for_each_other(settings: Any) -> None:
    settings.MXX_TAG_SLOTS = {"emulator": 1}
    for name, minute in (("one", 0), ("two", 10)):
        lasting(daily(name, 13, minute, '[job]\ntags = ["emulator"]\n'), 1800)
    assert told() == [("two", "waits", 1200.0)]


def test_more_runs_at_once_than_slots_wait(settings: Any) -> None:
    settings.MXX_SLOTS = 2
    for name in ("one", "two", "three"):
        lasting(daily(name, 13), 600)
    assert [(what, seconds) for _, what, seconds in told()] == [("waits", 600.0)]


def test_a_thousand_jobs_and_more_may_have_known_lengths() -> None:
    """SQLite takes no more than a thousand conditions in one query."""
    model = make_job("model", ECHO)
    names = [f"job {number}" for number in range(1100)]
    same = {"revision_id": model.revision_id, "source": "api"}
    jobs = Job.objects.bulk_create(Job(name=name, name_key=name, **same) for name in names)
    ended = {"status": "succeeded", "started_at": at(days=-1), "finished_at": at(days=-1, seconds=5)}
    runs = [Run(job=job, job_name=job.name, **same, **ended) for job in jobs for _ in range(3)]
    Run.objects.bulk_create(runs)
    assert len(usual(job.pk for job in jobs)) == 1100


def test_a_run_that_replaces_another_takes_its_slot(settings: Any) -> None:
    settings.MXX_SLOTS = 1
    lasting(make_job("long", every(6 * 3600, overlap="replace")), 7 * 3600)
    assert told() == [("long", "replaces", 0.0)] * 2
