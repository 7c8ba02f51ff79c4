"""A year off is caught up by arithmetic: the cost does not grow with what was missed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from jobs.models import Run, Schedule
from jobs.timing import clock
from tests.jobs.kit import ECHO, every, make_job
from tests.jobs.scheduling.kit import awake

pytestmark = pytest.mark.django_db

EACH_SECOND = {
    "interval": every(1, misfire="all"),
    "cron": f'[job]\nmisfire = "all"\n{ECHO}[schedule]\ntrigger = "cron"\nexpression = "* * * * * *"\n',
}


@pytest.mark.parametrize("kind", EACH_SECOND)
def test_a_year_of_seconds_ends_in_a_hundred_runs_and_one_row(kind: str) -> None:
    make_job(text=EACH_SECOND[kind])
    with clock.shifted(timedelta(days=365)):
        awake()._process_jobs()
        following = Schedule.objects.get().next_run_time
        assert following is not None and abs(following - clock.now()) < timedelta(seconds=30)
    assert Run.objects.queued().count() == 100
    [missed] = Run.objects.filter(status="missed")
    assert "due moments passed" in missed.reason
