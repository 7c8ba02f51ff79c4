from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from jobs import services
from jobs.execution.claim import claim, claim_one
from jobs.models import Job, Run, Source
from jobs.timing import clock
from tests.jobs.kit import ECHO, make_job

pytestmark = pytest.mark.django_db


def with_overlap(policy: str, **more: int) -> Job:
    lines = "".join(f"{name} = {value}\n" for name, value in more.items())
    return make_job(policy, f'[job]\noverlap = "{policy}"\n{lines}{ECHO}')


def queue(job: Job, count: int, source: str = Source.SCHEDULE) -> list[Run]:
    return [services.trigger_job(job=job, source=source) for _ in range(count)]


def claimed(free: int = 10) -> list[int]:
    return [run.pk for run, _ in claim(room=lambda own: free, owner="me", host="here", default_parallel=4)]


def statuses(runs: list[Run]) -> list[str]:
    for run in runs:
        run.refresh_from_db()
    return [run.status for run in runs]


def test_skip_runs_the_first_and_skips_the_scheduled_rest() -> None:
    runs = queue(with_overlap("skip"), 3)
    assert claimed() == [runs[0].pk]
    assert statuses(runs) == ["claimed", "skipped", "skipped"]


def test_a_skipped_run_says_whether_the_one_before_it_had_begun() -> None:
    job = with_overlap("skip")
    first, behind_one_that_waits = queue(job, 2)
    claimed(free=0)
    assert statuses([first, behind_one_that_waits]) == ["queued", "skipped"]
    assert behind_one_that_waits.reason == 'the run before it had not begun, and overlap is "skip"'
    [behind_one_that_goes] = queue(job, 1)
    claimed()
    assert statuses([first, behind_one_that_goes]) == ["claimed", "skipped"]
    assert behind_one_that_goes.reason == 'the run before it had not ended, and overlap is "skip"'


def test_skip_lets_a_manual_run_wait_with_the_reason() -> None:
    runs = queue(with_overlap("skip"), 2, Source.MANUAL)
    claimed()
    assert statuses(runs) == ["claimed", "queued"]
    assert "waits" in runs[1].reason


def test_how_late_a_run_is_outlives_its_waiting() -> None:
    job = with_overlap("queue")
    [going] = queue(job, 1)
    claimed()
    [late] = queue(job, 1)
    Run.objects.filter(pk=late.pk).update(reason="late: was due 3 h ago")
    for _ in range(2):
        claimed()
        late.refresh_from_db()
        assert late.reason == "late: was due 3 h ago; waits: a run of this job is active"
    Run.objects.filter(pk=late.pk).wait("waits: something else")
    Run.objects.filter(pk=going.pk).update(status="succeeded")
    assert claimed() == [late.pk]
    late.refresh_from_db()
    assert late.reason == "late: was due 3 h ago"


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


def test_of_those_that_wait_to_replace_only_the_newest_is_kept() -> None:
    job = with_overlap("replace")
    queue(job, 1)
    claimed()
    by_schedule, by_hand, newest = queue(job, 1) + queue(job, 1, Source.MANUAL) + queue(job, 1)
    claimed()
    assert statuses([by_schedule, by_hand, newest]) == ["skipped", "cancelled", "queued"]
    assert by_schedule.reason == f"replaced by run {newest.pk} before it began"


def test_a_retry_never_replaces_a_run_that_is_newer_than_itself() -> None:
    job = with_overlap("replace")
    old, new = queue(job, 1) + queue(job, 1)
    Run.objects.filter(pk=old.pk).update(not_before=clock.now() + timedelta(hours=1), attempt=1)
    assert claimed() == [new.pk]
    Run.objects.filter(pk=old.pk).update(not_before=None)
    claimed()
    assert statuses([old, new]) == ["cancelled", "claimed"]
    assert new.cancel_requested_at is None


def test_a_tag_lets_so_many_runs_of_its_jobs_go_at_once(settings: Any) -> None:
    settings.MXX_TAG_SLOTS = {"emulator": 1}
    jobs = [make_job(name, f'[job]\ntags = ["emulator", "daily"]\n{ECHO}') for name in ("one", "two")]
    runs = [*queue(jobs[0], 1), *queue(jobs[1], 1), *queue(make_job("free"), 1)]
    assert claimed() == [runs[0].pk, runs[2].pk]
    assert statuses(runs) == ["claimed", "queued", "claimed"]
    assert "1 run with the tag 'emulator' at once" in runs[1].reason
    Run.objects.filter(pk=runs[0].pk).update(status="succeeded")
    assert claimed() == [runs[1].pk]


def test_a_minute_of_waiting_weighs_as_much_as_a_point_of_priority() -> None:
    low, high = make_job("low"), make_job("high", f"[job]\npriority = 5\n{ECHO}")
    [waited] = queue(low, 1)
    with clock.shifted(4.9 * 60):
        [sooner] = queue(high, 1)
        assert claimed(free=1) == [sooner.pk]
    with clock.shifted(5.1 * 60):
        queue(high, 1, Source.MANUAL)
        Run.objects.filter(pk=sooner.pk).update(status="succeeded")
        assert claimed(free=1) == [waited.pk]


def test_nothing_starves_however_much_of_higher_priority_comes() -> None:
    """Each minute two come and one goes: only those of the first ten minutes are before it."""
    low, high = make_job("low"), make_job("high", f'[job]\npriority = 10\noverlap = "parallel"\n{ECHO}')
    [waiting] = queue(low, 1)
    for minute in range(1, 40):
        with clock.shifted(minute * 60):
            queue(high, 2)
            if claimed(free=1) == [waiting.pk]:
                break
            Run.objects.active().update(status="succeeded")
    assert minute == 19


def test_a_run_of_a_terminal_is_not_passed_by_those_that_came_later() -> None:
    job = with_overlap("queue")
    [going] = queue(job, 1, Source.CLI)
    claimed()
    mine = services.trigger_job(job=job, source=Source.CLI, reserved_for="terminal")
    [later] = queue(job, 1, Source.CLI)
    Run.objects.filter(pk=going.pk).update(status="succeeded")
    assert claimed() == []
    assert claim_one(mine, owner="terminal", host="here")
    assert statuses([later]) == ["queued"]


def test_a_cancel_that_crossed_with_the_writing_of_a_retry_ends_it() -> None:
    [run] = queue(with_overlap("queue"), 1)
    Run.objects.update(cancel_requested_at=clock.now(), cancel_reason="enough", attempt=1)
    assert claimed() == []
    run.refresh_from_db()
    assert (run.status, run.reason) == ("cancelled", "enough")


def test_a_run_that_was_asked_for_while_its_job_was_deleted_does_not_start() -> None:
    job = with_overlap("queue")
    services.delete_job(job=services.find_job(job.name))
    [run] = queue(job, 1)
    assert claimed() == []
    assert (statuses([run]), run.reason) == (["cancelled"], "job deleted")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL sorts where there are few")
def test_a_queue_however_long_is_read_in_turn_and_not_sorted() -> None:
    assert "run_in_turn" in (plan := Run.objects.ready(clock.now()).in_turn()[:10].explain())
    assert "ORDER BY" not in plan
