"""What a run used: from its folder while it runs, in the database afterwards."""

from __future__ import annotations

import shutil
import time

import pytest

from jobs import services
from jobs.execution.finishing import finish, tidy
from jobs.models import Run, RunSamples, Status
from tests.jobs.kit import make_job

TOLD = {"every": 1.0, "points": [[1.0, 12.5, 4096, 2], [2.0, 50.0, 8192, 3]]}

pytestmark = pytest.mark.django_db


@pytest.fixture
def running() -> Run:
    job = make_job()
    run = services.trigger_job(job=job)
    Run.objects.filter(pk=run.pk).update(status=Status.RUNNING, attempt=1)
    run.refresh_from_db()
    shutil.rmtree(services.run_dir(run).place, ignore_errors=True)  # of a test whose ids were rolled back
    assert services.run_dir(run).take_marker({})
    return run


def test_a_live_run_is_read_from_its_folder(running: Run) -> None:
    assert services.samples_of(running).points == []
    services.run_dir(running).write("samples", TOLD)
    assert services.samples_of(running).points[1] == services.Sample(2.0, 50.0, 8192, 3)


def test_the_samples_of_a_run_outlive_their_file(running: Run) -> None:
    folder = services.run_dir(running)
    folder.write("samples", TOLD)
    assert finish(running, {"status": "succeeded", "finished_at": time.time()})
    tidy(folder)
    assert not folder.path.joinpath("samples").exists()
    assert [point.cpu for point in services.samples_of(running).points] == [12.5, 50.0]


def test_a_short_run_costs_no_row(running: Run) -> None:
    assert finish(running, {"status": "succeeded", "finished_at": time.time()})
    assert RunSamples.objects.count() == 0
    assert services.samples_of(running) == services.Samples(1.0, [])
