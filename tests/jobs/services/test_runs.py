from __future__ import annotations

import pytest

from jobs import services
from jobs.exceptions import Conflict
from plugins.exceptions import BadInput
from tests.jobs.kit import ECHO, make_job

pytestmark = pytest.mark.django_db

WITH_PARAM = '[params]\nstage = "1-7"\n' + ECHO


def test_undeclared_params_are_refused_by_name() -> None:
    with pytest.raises(BadInput, match=r"params\.uid: is not declared"):
        services.trigger_job(job=make_job(), params={"uid": 0})


def test_a_run_takes_the_declared_default_unless_told_otherwise() -> None:
    job = make_job(text=WITH_PARAM)
    assert services.trigger_job(job=job).params == {"stage": "1-7"}
    assert services.trigger_job(job=job, params={"stage": "CE-6"}).params == {"stage": "CE-6"}


def test_a_queued_run_keeps_the_revision_it_was_queued_with() -> None:
    job = make_job()
    run = services.trigger_job(job=job)
    services.save_job(name=job.name, draft=services.read_draft(text=WITH_PARAM), source="api", job=job)
    run.refresh_from_db()
    assert run.revision.toml == ECHO


def test_cancelling_a_queued_run_ends_it_here_and_now() -> None:
    run = services.cancel_run(run=services.trigger_job(job=make_job()))
    assert (run.status, run.started_at) == ("cancelled", None)


def test_a_run_that_is_over_cannot_be_cancelled() -> None:
    run = services.cancel_run(run=services.trigger_job(job=make_job()))
    with pytest.raises(Conflict, match="over already"):
        services.cancel_run(run=run)


def test_a_retry_is_a_new_run_of_the_same_revision_and_params() -> None:
    job = make_job(text=WITH_PARAM)
    old = services.cancel_run(run=services.trigger_job(job=job, params={"stage": "CE-6"}))
    again = services.retry_run(run=old)
    assert (again.source, again.retry_of, again.params, again.revision) == (
        "retry",
        old,
        old.params,
        old.revision,
    )
