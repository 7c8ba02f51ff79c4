"""What a run left on purpose, seen from the app: real programs, kept by real keepers."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

from jobs import services
from jobs.exceptions import Conflict
from jobs.models import Run, Status
from plugins.custody.spec import RunSpec
from tests.jobs.kit import make_job
from tests.plugins.custody.kit import ROOT, until

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(settings: object, tmp_path: Path) -> Iterator[Run]:
    """A run that is over and left a program."""
    settings.MXX_HOME = tmp_path  # type: ignore[attr-defined]
    run = services.trigger_job(job=make_job())
    Run.objects.filter(pk=run.pk).update(status=Status.SUCCEEDED, attempt=1)
    run.refresh_from_db()
    call = ("os", "os", {"cmd": ["sleep", "60"], "detached": True})
    spec = RunSpec(run.pk, 1, "test", str(tmp_path), os.urandom(8).hex(), [call])
    keeper = [sys.executable, "-m", "plugins.custody.keeper"]
    subprocess.run(keeper, input=spec.line(), cwd=ROOT, stdout=subprocess.DEVNULL, check=True, timeout=30)
    yield run
    if any(one.alive for one in services.detached_programs(run)):
        services.stop_detached_program(run=run, number=1, reason="the test is over")
    until(lambda: not any(one.alive for one in services.detached_programs(run)))


def test_it_is_listed_and_can_be_stopped_once(run: Run) -> None:
    (one,) = services.detached_programs(run)
    assert (one.name, one.alive) == ("sleep", True)
    services.stop_detached_program(run=run, number=1, reason="stopped by me")
    until(lambda: services.detached_programs(run)[0].how == "stopped: stopped by me")
    with pytest.raises(Conflict, match="has ended already"):
        services.stop_detached_program(run=run, number=1, reason="again")


def test_the_page_shows_it_with_a_button(run: Run, admin_client: Client) -> None:
    page = admin_client.get(f"/runs/{run.pk}/").content.decode()
    assert "lives on, as it was meant to" in page
    assert admin_client.post(f"/runs/{run.pk}/detached/1/stop/").status_code == 302
    until(lambda: not services.detached_programs(run)[0].alive)
