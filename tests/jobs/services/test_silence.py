"""Two homes on one database: what is told of the runs of one that does not come back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from jobs import services
from jobs.execution.local import LocalDispatcher
from jobs.execution.owner import forget_the_gone
from jobs.models import Run, Status, Supervisor
from jobs.timing import clock
from tests.jobs.kit import ECHO, make_job

pytestmark = pytest.mark.django_db

NOON = datetime(2030, 6, 3, 12, tzinfo=UTC)
DAILY = f'{ECHO}[schedule]\ntrigger = "cron"\ntimezone = "UTC"\nexpression = "0 13 * * *"\n'
SILENT = "its MXX_HOME on far has not been heard since 2030-06-03 12:00 UTC"


def beat(home: str, host: str) -> Supervisor:
    beats = {"heartbeat_at": clock.now(), "scheduler_beat_at": clock.now(), "slots": 2}
    return Supervisor.objects.create(id=f"{home}:1:aa", host=host, pid=1, identity="b:1", **beats)


@pytest.fixture
def run() -> Run:
    """One that the far home has, which was last heard at noon; half an hour later only this one is there."""
    with clock.frozen(NOON):
        far = beat("far", "far")
        run = services.trigger_job(job=make_job(text=DAILY))
    run.take({"status": Status.RUNNING, "owner": far.pk, "host": "far", "started_at": NOON, "attempt": 1})
    run.save()
    return run


@pytest.fixture(autouse=True)
def later() -> Iterator[None]:
    with clock.frozen(NOON + timedelta(minutes=30)):
        yield


def test_health_names_the_runs_and_since_when_their_home_is_silent(run: Run) -> None:
    beat("here", "here")
    told = services.health()
    assert told.ok
    assert told.silent == f"nobody looks after run {run.pk}: the {SILENT.removeprefix('its ')}"


def test_a_home_that_is_heard_is_not_told_of(run: Run) -> None:
    Supervisor.objects.create(id="far:2:bb", host="far", pid=2, identity="b:2")
    assert services.health().silent == ""


def test_the_reason_tells_it_until_the_home_is_back(run: Run) -> None:
    here = LocalDispatcher(beat("here", "here").pk, 2)
    here.mend()
    run.refresh_from_db()
    assert (run.status, run.reason) == ("running", f"{SILENT}: how it ends is told when that is back")
    Supervisor.objects.create(id="far:2:bb", host="far", pid=2, identity="b:2")
    here.mend()
    run.refresh_from_db()
    assert run.reason == ""


def test_a_cancel_says_that_it_waits_for_the_home(run: Run) -> None:
    told = services.cancel_run(run=run)
    assert (told.status, told.reason) == ("running", f"{SILENT}: it is cancelled when that is back")


def test_explain_names_the_run_that_may_never_end(run: Run) -> None:
    beat("here", "here")
    services.tell_silence()
    verdict = services.why(job=services.find_job("job")).verdict
    assert f"if run {run.pk} has ended by then: {SILENT}" in verdict


def test_since_when_a_home_is_silent_is_known_as_long_as_it_has_runs(run: Run) -> None:
    forget_the_gone(NOON + timedelta(days=7))
    assert Supervisor.objects.filter(pk=run.owner).exists()
    Run.objects.update(status=Status.LOST)
    forget_the_gone(NOON + timedelta(days=7))
    assert not Supervisor.objects.exists()
