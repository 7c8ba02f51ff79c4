"""The same request sent again under the same key gives the same run."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from jobs import services
from jobs.exceptions import Conflict
from jobs.models import IdempotencyKey, Job, Run
from jobs.timing import clock
from tests.jobs.kit import ECHO, make_job

pytestmark = pytest.mark.django_db
DAY = 24 * 3600


@pytest.fixture
def job() -> Job:
    return make_job(text='[params]\nstage = "1-7"\n' + ECHO)


def ask(job: Job, key: str = "k", by: Any = None, **params: Any) -> tuple[Run, bool]:
    return services.trigger_once(job=job, key=key, source="api", params=params, by=by)


def test_the_same_key_gives_the_same_run_and_says_so(job: Job) -> None:
    first, again = ask(job), ask(job)
    assert (first[0], first[1], again[1]) == (again[0], False, True)
    assert ask(job, key="other")[0] != first[0]
    assert Run.objects.count() == 2


def test_the_same_key_with_other_params_is_a_conflict(job: Job) -> None:
    ask(job, stage="CE-6")
    with pytest.raises(Conflict, match="other params"):
        ask(job, stage="CE-5")
    assert Run.objects.count() == 1


def test_a_key_is_its_users_and_its_jobs(job: Job) -> None:
    people = [User.objects.create_user(name) for name in ("ann", "ben")]
    runs = {ask(job, by=one)[0] for one in (None, *people)} | {ask(make_job("other"))[0]}
    assert len(runs) == 4


def test_a_key_is_kept_for_a_day(job: Job) -> None:
    first, _ = ask(job)
    with clock.shifted(DAY - 60):
        assert ask(job) == (first, True)
    with clock.shifted(DAY + 60):
        again, replayed = ask(job)
    assert again != first and not replayed
    assert IdempotencyKey.objects.count() == 1
