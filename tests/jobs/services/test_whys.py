"""explain: will it, did it, why not; with the rule that decided."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from jobs import services
from jobs.models import Job, Run, Schedule, Supervisor
from jobs.timing import clock
from tests.jobs.kit import ECHO, change, every, make_job, only_schedule
from tests.jobs.scheduling.kit import awake

pytestmark = pytest.mark.django_db

NOON = datetime(2030, 6, 3, 12, tzinfo=UTC)
DAILY = f'{ECHO}[schedule]\ntrigger = "cron"\ntimezone = "UTC"\nexpression = "0 13 * * *"\n'
ONE = NOON + timedelta(hours=1)


@pytest.fixture(autouse=True)
def noon() -> object:
    with clock.frozen(NOON) as hands:
        Supervisor.objects.create(id="s", host="here", pid=1, identity="b:1", slots=2, scheduler_beat_at=NOON)
        yield hands


def lasting(job: Job, seconds: int, count: int = 3) -> None:
    """So many good runs of this length."""
    for _ in range(count):
        run = services.trigger_job(job=job)
        began = NOON - timedelta(days=1)
        Run.objects.filter(pk=run.pk).update(
            status="succeeded", started_at=began, finished_at=began + timedelta(seconds=seconds)
        )


def rules(found: services.Why, name: str) -> list[tuple[bool | None, str]]:
    return [(rule.lets, rule.value) for rule in found.rules if rule.rule == name]


def test_the_next_moment_is_asked_for_when_none_is_named() -> None:
    found = services.why(job=make_job(text=DAILY))
    assert (found.at, found.happens) == (ONE, True)
    assert found.verdict == "yes, at 13:00:00 UTC by schedule '1'"


def test_a_moment_at_which_nothing_is_due() -> None:
    found = services.why(job=make_job(text=DAILY), at=NOON + timedelta(hours=2))
    assert (found.happens, found.verdict) == (False, "no: no schedule is due then")


@pytest.mark.parametrize("whole", [True, False])
def test_a_pause_says_no_and_since_when(whole: bool) -> None:
    job = make_job(text=DAILY)
    if whole:
        services.pause_job(job=job)
    else:
        services.pause_schedule(schedule=only_schedule(job))
    found = services.why(job=job, at=ONE)
    assert not found.happens
    assert rules(found, "paused") == [(False, "since 2030-06-03 12:00 UTC")]


def test_quiet_says_no_and_until_when() -> None:
    services.begin_quiet(until=NOON + timedelta(hours=3))
    found = services.why(job=make_job(text=DAILY), at=ONE)
    assert found.verdict == "no: quiet: from 2030-06-03 12:00 UTC to 2030-06-03 15:00 UTC"


def test_a_blackout_is_named() -> None:
    found = services.why(job=make_job(text=f'{DAILY}blackout = ["2030-06-03/2030-06-03"]\n'), at=ONE)
    assert not found.happens
    assert rules(found, "blackout") == [(False, "blackout 2030-06-03/2030-06-03")]


def test_overlap_is_rehearsed_with_the_usual_length() -> None:
    job = make_job(text=every(600))
    lasting(job, 900)
    found = services.why(job=job, at=NOON + timedelta(minutes=20))
    assert not found.happens
    assert rules(found, "overlap")[0][0] is False
    assert "usually goes on until 12:25:00 UTC" in found.verdict


def test_a_minute_in_which_one_moment_starts_and_the_next_is_skipped_says_yes() -> None:
    job = make_job(text=DAILY.replace("0 13 * * *", "0,2 * * * * *"))
    lasting(job, 3)
    found = services.why(job=job, at=NOON + timedelta(minutes=35))
    assert (found.happens, found.verdict) == (True, "yes, at 12:35:00 UTC by schedule '1'")
    second = services.why(job=job, at=NOON + timedelta(minutes=35, seconds=2))
    assert (second.happens, rules(second, "overlap")[0][0]) == (False, False)


def test_a_minute_whose_first_moment_is_skipped_names_the_one_that_starts() -> None:
    job = make_job(text=DAILY.replace("0 13 * * *", "0,40 * * * * *"))
    lasting(job, 90)  # from 12:00:40 to 12:02:10
    found = services.why(job=job, at=NOON + timedelta(minutes=2))
    assert (found.happens, found.verdict) == (True, "yes, at 12:02:40 UTC by schedule '1'")


def test_a_wait_is_told_of_the_moment_that_waits() -> None:
    both = "".join(
        f'[[schedule]]\nname = "{name}"\ntrigger = "cron"\ntimezone = "UTC"\nexpression = "{second} 0 13 * * *"\n'
        for name, second in (("s", 0), ("s2", 1))
    )
    job = make_job(text=f'[job]\noverlap = "queue"\n{ECHO}{both}')
    lasting(job, 4)
    assert services.why(job=job, at=ONE).verdict == "yes, at 13:00:00 UTC by schedule 's'"
    later = services.why(job=job, at=ONE + timedelta(seconds=1))
    assert "by schedule 's2'; it would wait 3 s" in later.verdict


def going(job: Job, seconds: int) -> Run:
    """A run that began so many seconds ago and has not ended."""
    run = services.trigger_job(job=job)
    Run.objects.filter(pk=run.pk).update(status="running", started_at=NOON - timedelta(seconds=seconds))
    return run


def test_behind_a_run_of_unknown_length_it_depends() -> None:
    job = make_job(text=DAILY)
    run = going(job, 5)
    found = services.why(job=job)
    because = "how long it takes is known after 3 good runs"
    assert (
        found.verdict == f"yes, at 13:00:00 UTC by schedule '1', if run {run.pk} has ended by then: {because}"
    )
    assert rules(found, "overlap") == [(None, f"skip; run {run.pk} must end before: {because}")]


def test_behind_a_run_that_hangs_it_depends() -> None:
    job = make_job(text=f'[job]\noverlap = "queue"\n{DAILY}')
    lasting(job, 1)
    run = going(job, 20)
    waits = f"it would wait until run {run.pk} has ended: it usually takes 1 s, and goes on for 20 s"
    assert services.why(job=job).verdict == f"yes, at 13:00:00 UTC by schedule '1'; {waits}"


def test_a_run_that_leaves_room_or_will_be_replaced_is_not_in_the_way() -> None:
    for policy in ("replace", "parallel"):
        job = make_job(policy, text=f'[job]\noverlap = "{policy}"\n{DAILY}')
        going(job, 5)
        assert services.why(job=job).verdict == "yes, at 13:00:00 UTC by schedule '1'"


def test_what_ran_is_told_with_its_run() -> None:
    job = make_job(text=DAILY)
    run = services.trigger_job(job=job)
    Run.objects.filter(pk=run.pk).update(
        schedule=only_schedule(job), scheduled_for=ONE, started_at=ONE, status="failed", reason="exit code 3"
    )
    with clock.shifted(7200):
        found = services.why(job=job, at=ONE)
    assert (found.happens, found.verdict) == (True, f"run {run.pk} failed (exit code 3)")


def test_a_pause_that_began_later_is_not_held_against_the_past(noon: clock.FrozenClock) -> None:
    job = make_job(text=DAILY)
    noon.move(3600)
    awake()._process_jobs()
    noon.move(600)
    services.pause_job(job=job)
    found = services.why(job=job, at=ONE)
    assert found.runs
    assert rules(found, "paused") == [(None, "since 2030-06-03 13:10 UTC, after that moment")]
    assert rules(found, "job") == [(None, "paused after that moment")]


def test_a_moment_that_was_merged_into_a_later_row_finds_it() -> None:
    job = make_job(text=every(60, misfire="skip"))
    with clock.shifted(3600):
        awake()._process_jobs()
        found = services.why(job=job, at=NOON + timedelta(minutes=10))
    assert not found.happens
    assert "due moments passed while nobody was there; misfire policy is 'skip'" in found.verdict


def test_a_moment_that_no_scheduler_took_may_still_run_late_and_the_scheduler_is_named() -> None:
    job = make_job(text=DAILY)
    with clock.shifted(7200):
        found = services.why(job=job, at=ONE)
    assert found.verdict == "not yet: no scheduler took it, so misfire decides whether it runs late"
    assert rules(found, "scheduler") == [(False, "the scheduler was last heard 7200 s ago")]


def test_before_the_schedule_was_made_it_says_so() -> None:
    job = make_job(text=ECHO)
    with clock.shifted(86400):
        change(job, DAILY)
        assert "was made or changed later" in services.why(job=job, at=ONE).verdict


def test_a_moment_that_was_skipped_counts_no_other() -> None:
    job = make_job(text=DAILY)
    skipped = services.trigger_job(job=job, source="schedule")
    Run.objects.filter(pk=skipped.pk).update(
        schedule=only_schedule(job),
        scheduled_for=ONE + timedelta(days=1),
        status="skipped",
        reason="still going",
    )
    Schedule.objects.update(next_run_time=ONE + timedelta(days=3))
    with clock.shifted(2 * 86400):
        assert services.why(job=job, at=ONE).verdict == "no row is left of it"
        assert "was made or changed later" in services.why(job=job, at=ONE - timedelta(days=1)).verdict


def test_a_seconds_schedule_is_asked_by_the_second() -> None:
    job = make_job(text=every(7))
    assert services.why(job=job, at=NOON + timedelta(seconds=14)).happens
    assert not services.why(job=job, at=NOON + timedelta(seconds=15)).happens


def test_another_schedule_that_is_blacked_out_then_says_nothing_about_this_one() -> None:
    other = DAILY.removeprefix(ECHO).replace(
        "[schedule]", '[[schedule]]\nblackout = ["2030-06-03/2030-06-03"]'
    )
    found = services.why(job=make_job(text=DAILY.replace("[schedule]", "[[schedule]]") + other), at=ONE)
    assert found.verdict == "yes, at 13:00:00 UTC by schedule '1'"


def test_what_is_blacked_out_is_told_in_the_verdict() -> None:
    found = services.why(job=make_job(text=f'{DAILY}blackout = ["2030-06-03/2030-06-03"]\n'), at=ONE)
    assert found.verdict == "no: blackout: blackout 2030-06-03/2030-06-03"


def test_of_many_moments_in_a_minute_the_first_is_named() -> None:
    found = services.why(job=make_job(text=every(20)), at=NOON + timedelta(minutes=5))
    assert "at 12:05:00 UTC" in found.verdict


def test_a_moment_of_the_minute_that_goes_on_is_told_by_its_row(noon: clock.FrozenClock) -> None:
    job = make_job(text=DAILY)
    noon.move(3630)
    awake()._process_jobs()
    assert services.why(job=job, at=ONE).runs


def test_without_a_scheduler_there_is_no_slot_to_count() -> None:
    job = make_job(text=DAILY)
    assert rules(services.why(job=job), "slots") == [(None, "0 of 2 in use now")]
    Supervisor.objects.all().delete()
    assert rules(services.why(job=job), "slots") == [(None, "none: no scheduler is there to give one")]


def test_times_are_told_in_the_zone_of_the_reader_with_utc_beside() -> None:
    found = services.why(job=make_job(text=DAILY), at=ONE, zone="Europe/Berlin")
    assert found.verdict == "yes, at 15:00:00 Europe/Berlin (13:00:00 UTC) by schedule '1'"


def test_a_full_disk_says_no(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jobs.services.room.FOR_A_START", 1 << 60)
    found = services.why(job=make_job(text=DAILY), at=ONE)
    assert not found.happens
    assert "is free on the disk where MXX keeps its data" in found.verdict


@pytest.mark.parametrize(
    ("written", "told"), [('"30d"', "30d"), ('"90m"', "90m"), ("86400", "1d"), ("1.5", "1.5s")]
)
def test_a_window_is_told_as_a_job_file_has_it(written: str, told: str) -> None:
    found = services.why(job=make_job(text=f"{DAILY}misfire_window = {written}\n"))
    assert rules(found, "misfire") == [(None, f"latest, window {told}")]
