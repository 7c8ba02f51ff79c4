from __future__ import annotations

import os
import socket
from datetime import timedelta

import pytest

from jobs import services
from jobs.execution import owner
from jobs.execution.recovery import Fate, orphans, recover
from jobs.execution.sweeps import Sweeps
from jobs.models import Run, Status, Supervisor
from jobs.timing import clock
from plugins.custody.backends import backend
from tests.jobs.kit import make_job

pytestmark = pytest.mark.django_db


def running(owner_id: str) -> Run:
    run = services.trigger_job(job=make_job())
    Run.objects.filter(pk=run.pk).update(status=Status.RUNNING, owner=owner_id, host="old-name")
    return run


def test_a_host_with_a_new_name_knows_its_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    dead = owner.register("supervisor")
    owner.sign_off(dead.pk)
    run = running(dead.pk)
    monkeypatch.setattr(socket, "gethostname", lambda: "new-name")
    assert [found.pk for found in orphans("me")] == [run.pk]


def test_another_home_on_this_host_is_left_alone() -> None:
    running("0123456789abcdef:1:aa")
    assert orphans("me") == []


def test_the_log_names_the_owner_from_which_a_run_is_adopted(caplog: pytest.LogCaptureFixture) -> None:
    run = running("the one before")
    Run.objects.update(attempt=1)
    run.refresh_from_db()
    keeper = backend().identity(os.getpid())
    assert keeper is not None
    services.run_dir(run).take_marker({**keeper.told(), "boot": backend().boot(), "at": 0.0})
    with caplog.at_level("INFO", "mxx.recovery"):
        assert recover(run, "me", lambda spec: None, Sweeps()) is Fate.ADOPTED
    assert f"run {run.pk} is adopted from the one before" in caplog.text


def test_the_row_of_an_owner_that_is_long_gone_goes() -> None:
    old = owner.register("runjob")
    Supervisor.objects.update(heartbeat_at=clock.now() - timedelta(days=2))
    owner.register("runjob")
    assert not Supervisor.objects.filter(pk=old.pk).exists()


def test_an_owner_that_was_forgotten_while_it_slept_is_there_again_at_its_next_beat() -> None:
    sleeper = owner.register("supervisor", slots=4)
    Supervisor.objects.update(heartbeat_at=clock.now() - timedelta(days=2))
    owner.register("runjob")
    owner.beat(sleeper, clock.now())
    assert Supervisor.objects.alive(clock.now()).get(pk=sleeper.pk).slots == 4


def test_mxx_starts_with_its_first_supervisor_and_again_when_that_was_killed() -> None:
    first = owner.register("supervisor")
    second = owner.register("supervisor")
    assert [owner.is_first(first), owner.is_first(second)] == [True, False]
    Supervisor.objects.filter(pk=first.pk).update(identity="another boot:1")
    assert owner.is_first(second)
