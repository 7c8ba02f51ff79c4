from __future__ import annotations

import pytest
from django.db import connection

from jobs import services
from jobs.execution.finishing import finish_all
from jobs.models import LogUnread, Run, Status
from tests.jobs.kit import make_job

pytestmark = pytest.mark.django_db


def with_result(**more: object) -> Run:
    run = services.trigger_job(job=make_job(f"job {Run.objects.count()}"))
    Run.objects.filter(pk=run.pk).update(status=Status.RUNNING, attempt=1)
    run.refresh_from_db()
    folder = services.run_dir(run)
    folder.path.mkdir(parents=True, exist_ok=True)
    folder.write("result", {"status": "succeeded", "finished_at": 1.0, **more})
    return run


def test_a_result_that_cannot_be_recorded_ends_its_run_and_stops_no_other() -> None:
    good, bad, also_good = with_result(), with_result(finished_at="yesterday"), with_result()
    finish_all([good, bad, also_good])
    for run in (good, bad, also_good):
        run.refresh_from_db()
    assert [run.status for run in (good, bad, also_good)] == ["succeeded", "failed", "succeeded"]
    assert "cannot be recorded" in bad.reason


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite takes any number")
def test_what_the_server_refuses_ends_its_run_and_stops_no_other() -> None:
    """It is told behind all statements that travelled together."""
    good, bad, also_good = with_result(), with_result(exit_code=1 << 40), with_result()
    finish_all([good, bad, also_good])
    assert [run.status for run in Run.objects.order_by("pk")] == ["succeeded", "failed", "succeeded"]
    assert "out of range" in Run.objects.get(pk=bad.pk).reason


def test_an_event_without_its_details_is_no_reason_to_fail() -> None:
    run = with_result(events=[{"at": 1.0, "kind": "note"}])
    finish_all([run])
    assert run.events.get(kind="note").message == ""


def test_a_run_that_began_waits_for_its_log_to_be_read_and_one_that_never_began_does_not() -> None:
    began, skipped = with_result(started_at=0.5), with_result(status="skipped")
    finish_all([began, skipped])
    assert list(LogUnread.objects.values_list("run", flat=True)) == [began.pk]
