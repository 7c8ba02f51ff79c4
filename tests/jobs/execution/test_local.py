"""The local dispatcher: what is handed over, and what becomes of it when nobody takes it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jobs import services
from jobs.execution.keepers import ZygoteKeepers
from jobs.execution.local import STARTING, LocalDispatcher
from jobs.models import Run, Status
from plugins.custody.spec import RunSpec
from tests.jobs.kit import ECHO, make_job

pytestmark = pytest.mark.django_db

SLOTS = STARTING + 50


@pytest.fixture
def dispatcher(tmp_path: Path, settings: Any) -> Iterator[LocalDispatcher]:
    settings.MXX_HOME = tmp_path
    one = LocalDispatcher("me", SLOTS)
    one.keepers.open()
    yield one
    one.keepers.close()


def queue(count: int) -> None:
    job = make_job(text=f'[job]\noverlap = "parallel"\nmax_parallel = 1000\n{ECHO}')
    for _ in range(count):
        services.trigger_job(job=job)


def kill_the_zygote(dispatcher: LocalDispatcher) -> None:
    assert isinstance(dispatcher.keepers, ZygoteKeepers) and dispatcher.keepers._zygote
    dispatcher.keepers._zygote.kill()
    dispatcher.keepers._zygote.wait()


def test_no_more_runs_are_on_their_way_than_keepers_are_made_for_soon(dispatcher: LocalDispatcher) -> None:
    queue(STARTING + 5)
    dispatcher.kick.set()
    dispatcher.dispatch()
    assert Run.objects.filter(status=Status.CLAIMED).count() == STARTING


def test_each_that_has_started_makes_room_for_another(dispatcher: LocalDispatcher) -> None:
    queue(STARTING + 5)
    dispatcher.kick.set()
    dispatcher.dispatch()
    Run.objects.filter(pk__in=Run.objects.active().values("pk")[:3]).update(status=Status.RUNNING)
    dispatcher.kick.set()
    dispatcher.dispatch()
    assert Run.objects.active().count() == STARTING + 3


def test_runs_for_which_the_zygote_was_dead_are_queued_again_in_words(
    dispatcher: LocalDispatcher, caplog: pytest.LogCaptureFixture
) -> None:
    queue(1)
    Run.objects.claim(Run.objects.values_list("pk", flat=True), owner="me", host="here")
    kill_the_zygote(dispatcher)
    with caplog.at_level(logging.INFO):
        dispatcher._go(Run.objects.get())
        dispatcher.mend()
    assert Run.objects.get().status == Status.QUEUED
    assert not [record for record in caplog.records if record.exc_info]


def test_a_zygote_that_was_just_hung_up_is_as_good_as_dead() -> None:
    """Recovery hands over a clean-up while the dispatcher puts a new zygote in place of this one."""
    keepers = ZygoteKeepers()
    keepers.open()
    keepers.close()
    with pytest.raises(BrokenPipeError):
        keepers.start(RunSpec(1, 1, "job", "nowhere", "0" * 16, []))


def test_a_due_run_of_a_busy_job_is_skipped_though_no_slot_is_free(dispatcher: LocalDispatcher) -> None:
    dispatcher.slots = 1
    job = make_job()
    for _ in range(2):
        services.trigger_job(job=job, source="schedule")
        dispatcher.kick.set()
        dispatcher.dispatch()
    assert list(Run.objects.order_by("pk").values_list("status", flat=True)) == ["claimed", "skipped"]


def test_a_run_that_waited_for_room_starts_when_there_is_some(dispatcher: LocalDispatcher) -> None:
    dispatcher.slots = 1
    for name in ("first", "second"):
        services.trigger_job(job=make_job(name))
    for _ in range(2):
        dispatcher.kick.set()
        dispatcher.dispatch()
    Run.objects.active().update(status=Status.SUCCEEDED)
    dispatcher.kick.set()
    dispatcher.dispatch()
    assert list(Run.objects.order_by("pk").values_list("status", flat=True)) == ["succeeded", "claimed"]
