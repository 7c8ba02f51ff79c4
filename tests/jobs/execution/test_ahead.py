from __future__ import annotations

from datetime import timedelta

import pytest

from jobs.execution.ahead import AHEAD, ReadAhead
from jobs.models import Revision, Schedule
from jobs.timing import clock
from tests.jobs.kit import ECHO, make_job

pytestmark = pytest.mark.django_db


def due_in(seconds: float, text: str = ECHO) -> None:
    job = make_job(f"job {Schedule.objects.count()}", text)
    at = clock.now() + timedelta(seconds=seconds)
    job.schedules.create(trigger="date", spec={}, name="1", next_run_time=at)


def looked(ahead: ReadAhead) -> int:
    return ahead.look(lambda seconds: None)


def test_what_comes_due_soon_is_read_once() -> None:
    ahead = ReadAhead()
    due_in(2)
    due_in(AHEAD.total_seconds() + 5)
    assert [looked(ahead), looked(ahead)] == [1, 0]
    with clock.shifted(10):
        assert looked(ahead) == 1


def test_after_the_clock_was_set_back_it_looks_again() -> None:
    with clock.shifted(3600):
        ahead = ReadAhead()
        looked(ahead)
    due_in(2)
    assert looked(ahead) == 1


def test_a_text_that_is_no_longer_right_disturbs_nobody() -> None:
    due_in(1)
    due_in(2)
    Revision.objects.filter(job__name="job 0").update(toml="[nobody]\n")
    assert looked(ReadAhead()) == 2
