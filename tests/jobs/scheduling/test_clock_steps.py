"""The clock is moved while the scheduler looks at it: no storm, no silence, no double."""

from __future__ import annotations

import logging
from datetime import timedelta
from itertools import pairwise

import pytest

from jobs import services
from jobs.models import Run, Schedule, Supervisor
from jobs.scheduling.scheduler import Scheduler
from jobs.timing import clock
from tests.jobs.kit import ECHO, every, make_job
from tests.jobs.scheduling.kit import awake

pytestmark = pytest.mark.django_db

HOUR = 3600.0


class Ticking:
    """A scheduler that looks once a second of real time, whatever the clock shows."""

    def __init__(self, frozen: clock.FrozenClock, monkeypatch: pytest.MonkeyPatch) -> None:
        self.scheduler: Scheduler = awake()
        self.frozen, self.real = frozen, 0.0
        monkeypatch.setattr(clock, "monotonic", lambda: self.real)
        self.scheduler._offset = clock.now().timestamp()

    def seconds(self, count: int) -> list[Run]:
        """Let real time pass; returns the runs that were queued meanwhile."""
        newest = Run.objects.order_by("-id").values_list("id", flat=True).first() or 0
        for _ in range(count):
            self.frozen.move(1)
            self.real += 1
            self.look()
        return list(Run.objects.filter(pk__gt=newest, status="queued").order_by("id"))

    def look(self) -> None:
        self.scheduler.lease._renewed = 0.0
        self.scheduler._heed_the_clock()
        self.scheduler._process_jobs()


@pytest.mark.parametrize("step", [HOUR, 8 * HOUR, 365 * 24 * HOUR])
def test_a_jump_ahead_is_caught_up_with_one_run(step: float, monkeypatch: pytest.MonkeyPatch) -> None:
    make_job(text=every(1))
    with clock.frozen() as frozen:
        ticking = Ticking(frozen, monkeypatch)
        ticking.seconds(5)
        frozen.move(step)
        assert len(ticking.seconds(5)) == 5
    [missed] = Run.objects.filter(status="missed")
    assert missed.reason.startswith(f"{int(step)} due moments passed")


def test_set_back_by_an_hour_what_follows_real_time_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even where each second of that hour has its run already."""
    make_job(text=every(1))
    with clock.frozen() as frozen:
        ticking = Ticking(frozen, monkeypatch)
        ticking.seconds(20)
        frozen.move(-15)
        again = ticking.seconds(10)
    assert len(again) == 9  # the first look plans, the next ones run
    assert len({run.scheduled_for for run in again}) == 9


def test_set_back_behind_its_own_beginning_an_interval_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    make_job(text=every(1))
    with clock.frozen() as frozen:
        ticking = Ticking(frozen, monkeypatch)
        ticking.seconds(5)
        frozen.move(-HOUR)
        again = ticking.seconds(10)
    assert len({run.scheduled_for for run in again}) == len(again) == 9  # the first look plans


def test_set_back_an_interval_still_waits_for_an_anchor_that_never_came(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with clock.frozen() as frozen:
        anchor = clock.now() + timedelta(seconds=60)
        make_job(text=f'{every(1)}anchor = "{anchor.isoformat()}"\n')
        ticking = Ticking(frozen, monkeypatch)
        ticking.seconds(5)
        frozen.move(-HOUR)
        assert ticking.seconds(10) == []


@pytest.mark.parametrize("leader", ["me", "another"])
def test_a_restart_within_the_repeated_hour_changes_nothing(
    leader: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_job(text=every(1))
    with clock.frozen() as frozen:
        ticking = Ticking(frozen, monkeypatch)
        ticking.seconds(20)
        frozen.move(-15)
        ticking.seconds(5)
        ticking.scheduler.lease.release()
        ticking.scheduler = awake(leader)
        again = ticking.seconds(15)
    assert len({run.scheduled_for for run in again}) == len(again) == 15


def test_set_back_while_mxx_was_off_what_follows_real_time_goes_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    make_job(text=every(1))
    with clock.frozen() as frozen, caplog.at_level(logging.WARNING):
        ticking = Ticking(frozen, monkeypatch)
        ticking.seconds(20)
        Supervisor.objects.create(
            id="home:1:a", host="here", pid=1, identity="boot:1", stopped_at=clock.now()
        )
        ticking.scheduler.lease.release()
        frozen.move(-15)
        ticking.scheduler = awake("home:2:b")
        again = ticking.seconds(15)
    assert len({run.scheduled_for for run in again}) == len(again) == 14  # the first look plans
    assert caplog.text.count("set back by 14 s or more while MXX was off") == 1


def test_a_heartbeat_of_another_home_says_nothing_of_our_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    make_job(text=every(3600))
    with clock.frozen() as frozen:
        ahead = clock.now() + timedelta(hours=1)
        Supervisor.objects.create(id="other:1:a", host="there", pid=1, identity="boot:1", heartbeat_at=ahead)
        ticking = Ticking(frozen, monkeypatch)
        ticking.seconds(1)
    assert ticking.scheduler.lease.repeats_until is None


def test_set_back_by_an_hour_a_daily_job_does_not_run_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    with clock.frozen() as frozen:
        moment = clock.now() + timedelta(seconds=120)
        daily = f'{ECHO}[schedule]\ntrigger = "cron"\ntimezone = "UTC"\nexpression = "{moment.minute} {moment.hour} * * *"\n'
        make_job(text=daily)
        ticking = Ticking(frozen, monkeypatch)
        assert len(ticking.seconds(121)) == 1
        frozen.move(-HOUR)
        ticking.look()
        frozen.move(HOUR - 30)
        assert ticking.seconds(60) == []
    assert Schedule.objects.waiting().exists()


def test_half_a_second_back_and_forth_neither_doubles_nor_drops(monkeypatch: pytest.MonkeyPatch) -> None:
    make_job(text=every(1))
    with clock.frozen() as frozen:
        ticking = Ticking(frozen, monkeypatch)
        for number in range(20):
            ticking.seconds(1)
            frozen.move(0.5 if number % 2 else -0.5)
            ticking.look()
    moments = [run.scheduled_for for run in Run.objects.order_by("scheduled_for") if run.scheduled_for]
    steps = {later - earlier for earlier, later in pairwise(moments)}
    assert (len(moments), steps) == (19, {timedelta(seconds=1)})


def test_a_retry_waits_its_delay_and_not_the_step_too(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    job = make_job(text=every(3600))
    with clock.frozen() as frozen, caplog.at_level(logging.WARNING):
        ticking = Ticking(frozen, monkeypatch)
        services.trigger_job(job=job)
        Run.objects.update(not_before=clock.now() + timedelta(seconds=30))
        frozen.move(-HOUR)
        ticking.look()
        assert not Run.objects.claimable(clock.now()).exists()
        frozen.move(31)
        assert Run.objects.claimable(clock.now()).exists()
    assert "set back by 3600 s" in caplog.text
