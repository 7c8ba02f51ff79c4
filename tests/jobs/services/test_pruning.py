"""Old runs go, row and folder together; what lives stays."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from jobs import services
from jobs.models import AuditEntry, Run, Status
from jobs.services import Retention
from jobs.services.watching import run_dir
from jobs.timing import clock
from plugins.custody.backends import backend
from plugins.custody.detaching import place_of
from tests.jobs.kit import make_job

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: Any) -> None:
    settings.MXX_HOME = tmp_path


def make_run(days: float = 0, status: Status = Status.SUCCEEDED, size: int = 1000) -> Run:
    job = services.find_job("job") if Run.objects.exists() else make_job()
    run = services.trigger_job(job=job, source="api", params={})
    Run.objects.filter(pk=run.pk).update(
        status=status, attempt=1, finished_at=clock.now() - timedelta(days=days)
    )
    run.refresh_from_db()
    run_dir(run).make()
    (run_dir(run).path / "0.out").write_bytes(b"x" * size)
    return run


def test_row_and_folder_go_together_by_age(django_capture_on_commit_callbacks: Any) -> None:
    old, young = make_run(days=40), make_run(days=20)
    with django_capture_on_commit_callbacks(execute=True):
        done = services.prune_runs(Retention(age=30 * 86400))
    assert (done.runs, done.bytes, list(Run.objects.all())) == (1, 1000, [young])
    assert (run_dir(old).path.exists(), run_dir(young).path.exists()) == (False, True)
    assert AuditEntry.objects.get(action="runs.pruned").data == {"runs": 1, "bytes": 1000}


def test_the_newest_of_each_job_stay_by_count() -> None:
    runs = [make_run() for _ in range(4)]
    services.prune_runs(Retention(count=2))
    assert list(Run.objects.order_by("id")) == runs[2:]


def test_the_oldest_go_until_the_rest_fits() -> None:
    runs = [make_run() for _ in range(4)]
    services.prune_runs(Retention(size=2500))
    assert list(Run.objects.order_by("id")) == runs[2:]


@pytest.mark.parametrize("status", [Status.QUEUED, Status.RUNNING, Status.STOPPING])
def test_a_run_that_is_not_over_stays(status: Status) -> None:
    make_run(days=400, status=status)
    assert services.prune_runs(Retention(age=1, count=0, size=0)).runs == 0


def test_a_dry_run_only_counts() -> None:
    make_run(days=40)
    assert services.prune_runs(Retention(age=1), dry_run=True).runs == 1
    assert Run.objects.count() == 1


def test_a_run_that_left_a_living_program_stays_with_its_folder() -> None:
    run = make_run(days=400)
    folder, me = place_of(run_dir(run), 1), backend().identity(os.getpid())
    assert me is not None
    folder.take_marker({**me.told(), "boot": backend().boot(), "mark": "m"})
    folder.write("program", {**me.told(), "name": "me", "argv": ["me"], "at": 0})
    done = services.prune_runs(Retention(age=1, count=0, size=0))
    assert (done.runs, run_dir(run).path.exists(), Run.objects.count()) == (0, True, 1)
    assert done.spared >= 1
