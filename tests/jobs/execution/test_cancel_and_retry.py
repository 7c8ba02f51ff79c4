"""Cancel at every stage, and what a bad end is followed by."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from jobs import services
from jobs.exceptions import Conflict
from jobs.execution.claim import claim
from jobs.execution.finishing import finish, finish_without_result
from jobs.models import ACTIVE, Run, Status
from jobs.timing import clock
from tests.jobs.kit import ECHO, make_job

pytestmark = pytest.mark.django_db


def claimed(policies: str = "") -> Run:
    services.trigger_job(job=make_job(text=f"[job]\n{policies}{ECHO}"))
    [(run, _)] = claim(room=lambda own: 1, owner="me", host="here", default_parallel=4)
    return run


def ended(run: Run, status: str) -> Run:
    run.refresh_from_db()
    finish_without_result(run, status, "said the test")
    run.refresh_from_db()
    return run


@pytest.mark.parametrize("stage", ACTIVE)
def test_an_active_run_is_asked_to_stop_at_whatever_stage_it_is(stage: str) -> None:
    run = claimed()
    Run.objects.update(status=stage)
    services.cancel_run(run=run, reason="enough")
    assert (run.status, run.cancel_reason) == (stage, "enough")
    assert run.cancel_requested_at is not None


def test_asking_twice_keeps_the_first_reason_and_is_no_error() -> None:
    run = claimed()
    services.cancel_run(run=run, reason="first")
    first = run.cancel_requested_at
    services.cancel_run(run=run, reason="second")
    assert (run.cancel_reason, run.cancel_requested_at) == ("first", first)


def test_a_retry_that_waits_for_its_delay_ends_at_once() -> None:
    run = ended(claimed("retries = 1\nretry_delay = 600\n"), "failed")
    assert run.status == "queued"
    assert services.cancel_run(run=run).status == "cancelled"


def test_a_run_that_was_asked_to_stop_is_not_tried_again() -> None:
    run = claimed("retries = 3\n")
    services.cancel_run(run=run)
    assert ended(run, "failed").status == "failed"
    with pytest.raises(Conflict):
        services.cancel_run(run=run)


def test_retries_back_off_and_come_to_an_end() -> None:
    run = claimed("retries = 3\nretry_delay = 10\nretry_backoff = 2.0\n")
    waits = []
    with clock.frozen():
        for _ in range(3):
            run = ended(run, "failed")
            assert run.not_before is not None
            waits.append((run.not_before - clock.now()) / timedelta(seconds=1))
            Run.objects.update(not_before=None)
            [(run, _)] = claim(room=lambda own: 1, owner="me", host="here", default_parallel=4)
    assert waits == [10, 20, 40]
    assert ended(run, "failed").status == "failed"


def test_a_new_attempt_does_not_tell_the_exit_code_of_the_one_before() -> None:
    run = claimed("retries = 1\n")
    assert finish(run, {"status": "failed", "finished_at": time.time(), "exit_code": 7})
    run.refresh_from_db()
    assert (run.status, run.exit_code) == ("queued", 7)
    Run.objects.update(not_before=None)
    [(run, _)] = claim(room=lambda own: 1, owner="me", host="here", default_parallel=4)
    run.refresh_from_db()
    assert (run.attempt, run.exit_code) == (2, None)


@pytest.mark.parametrize(
    ("policies", "status"), [("retries = 1\n", "lost"), ('retries = 1\nretry_on = ["lost"]\n', "queued")]
)
def test_a_lost_run_is_tried_again_only_if_retry_on_names_it(policies: str, status: str) -> None:
    assert ended(claimed(policies), Status.LOST).status == status
