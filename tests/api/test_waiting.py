"""A log that is followed: the answer comes with the next output, or with the end."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from jobs import services
from jobs.api.waiting import PLACES, wait_until
from jobs.models import Run
from jobs.timing import clock
from tests.api.kit import Api, make_job, only_field
from tests.api.test_runs import finish, write_log


@pytest.fixture
def run(api: Api, settings: Any, tmp_path: Path) -> Run:
    settings.MXX_HOME = tmp_path  # run numbers begin anew in each test; their folders must, too
    return services.trigger_job(job=make_job())


def test_a_followed_log_answers_at_once_with_what_is_there(api: Api, run: Run) -> None:
    write_log(run, b"hello\n")
    assert api.get(f"runs/{run.pk}/log/?follow=60").content == b"hello\n"


def test_a_followed_log_waits_for_more_and_no_longer_than_asked(api: Api, run: Run) -> None:
    answer = api.get(f"runs/{run.pk}/log/?follow=0.05")
    assert (answer.content, answer["X-Log-Complete"]) == (b"", "false")
    writer = threading.Timer(0.2, write_log, (run, b"at last\n"))
    writer.start()
    assert api.get(f"runs/{run.pk}/log/?follow=60").content == b"at last\n"
    writer.join()


def test_a_followed_log_of_a_run_that_is_over_answers_at_once(api: Api, run: Run) -> None:
    finish(run.pk)
    began = clock.monotonic()
    assert api.get(f"runs/{run.pk}/log/?follow=60")["X-Log-Complete"] == "true"
    assert clock.monotonic() - began < 10


@pytest.mark.parametrize("seconds", ["-1", "61", "soon"])
def test_a_follow_that_is_none_is_400(api: Api, run: Run, seconds: str) -> None:
    assert only_field(api.get(f"runs/{run.pk}/log/?follow={seconds}"))["field"] == "follow"


def test_waiting_requests_leave_threads_for_the_others() -> None:
    """The places are taken by as many waiters; one more is not kept."""
    let_go, inside = threading.Event(), threading.Barrier(PLACES + 1)

    def ready() -> bool:
        if not let_go.is_set():
            inside.wait(20)
            let_go.wait(20)
        return True

    waiters = [threading.Thread(target=wait_until, args=(ready, 60)) for _ in range(PLACES)]
    for waiter in waiters:
        waiter.start()
    inside.wait(20)
    wait_until(pytest.fail, 60)
    let_go.set()
    for waiter in waiters:
        waiter.join(20)
