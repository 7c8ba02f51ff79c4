from __future__ import annotations

import pytest

from jobs import services
from jobs.execution.claim import claim
from jobs.models import Job, Run, Source
from tests.jobs.kit import ECHO, make_job

pytestmark = pytest.mark.django_db


def with_overlap(policy: str, **more: int) -> Job:
    lines = "".join(f"{name} = {value}\n" for name, value in more.items())
    return make_job(policy, f'[job]\noverlap = "{policy}"\n{lines}{ECHO}')


def queue(job: Job, count: int, source: str = Source.SCHEDULE) -> list[Run]:
    return [services.trigger_job(job=job, source=source) for _ in range(count)]


def claimed(free: int = 10) -> list[int]:
    return [run.pk for run in claim(free=free, owner="me", host="here", default_parallel=4)]


def statuses(runs: list[Run]) -> list[str]:
    for run in runs:
        run.refresh_from_db()
    return [run.status for run in runs]


def test_skip_runs_the_first_and_skips_the_scheduled_rest() -> None:
    runs = queue(with_overlap("skip"), 3)
    assert claimed() == [runs[0].pk]
    assert statuses(runs) == ["claimed", "skipped", "skipped"]


def test_skip_lets_a_manual_run_wait_with_the_reason() -> None:
    runs = queue(with_overlap("skip"), 2, Source.MANUAL)
    claimed()
    assert statuses(runs) == ["claimed", "queued"]
    assert "waits" in runs[1].reason


def test_queue_runs_one_after_another_up_to_queue_max() -> None:
    runs = queue(with_overlap("queue", queue_max=1), 3)
    claimed()
    assert statuses(runs) == ["claimed", "queued", "skipped"]


def test_parallel_runs_up_to_max_parallel() -> None:
    runs = queue(with_overlap("parallel", max_parallel=2), 3, Source.API)
    claimed()
    assert statuses(runs) == ["claimed", "claimed", "queued"]


def test_replace_asks_the_old_run_to_stop_first() -> None:
    job = with_overlap("replace")
    [old] = queue(job, 1)
    claimed()
    [new] = queue(job, 1)
    claimed()
    assert statuses([old, new]) == ["claimed", "queued"]
    assert old.cancel_reason == f"replaced by run {new.pk}"


def test_no_more_than_the_free_slots_are_claimed() -> None:
    runs = [queue(make_job(f"job {n}"), 1)[0] for n in range(3)]
    assert len(claimed(free=2)) == 2
    assert sorted(statuses(runs)) == ["claimed", "claimed", "queued"]


def test_the_more_urgent_goes_first() -> None:
    low, high = make_job("low"), make_job("high", f"[job]\npriority = 5\n{ECHO}")
    queue(low, 1)
    [urgent] = queue(high, 1)
    assert claimed(free=1) == [urgent.pk]


def test_a_run_reserved_for_a_terminal_is_nobody_elses() -> None:
    services.trigger_job(job=make_job(), reserved_for="a terminal")
    assert claimed() == []
