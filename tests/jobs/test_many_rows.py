"""jobs.models.writing and jobs.models.compiled: quick ways that must do what Django's own do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DataError, IntegrityError, connection, transaction

from jobs.models import Run, RunEvent, Source, Status
from jobs.models.compiled import Compiled, ask
from jobs.models.together import together
from jobs.models.writing import add_rows, write_rows
from jobs.timing import clock
from tests.jobs.kit import make_job

pytestmark = pytest.mark.django_db


def queued(count: int) -> list[Run]:
    job = make_job()
    common = Run(job=job, job_name=job.name, revision=job.revision, source=Source.SCHEDULE)
    add_rows(common, [{"params": {"n": n}, "scheduled_for": None} for n in range(count)])
    return list(Run.objects.order_by("pk"))


def test_rows_are_added_with_what_they_have_in_common_and_what_is_theirs() -> None:
    runs = queued(3)
    assert [run.params for run in runs] == [{"n": 0}, {"n": 1}, {"n": 2}]
    assert {(run.status, run.source, run.job_name, run.receipt) for run in runs} == {
        ("queued", "schedule", "job", None)
    }


def test_a_due_moment_that_has_a_row_keeps_it() -> None:
    job, at = make_job(), clock.now()
    schedule = job.schedules.create(trigger="date", spec={}, name="1")
    common = Run(job=job, job_name="first", revision=job.revision, schedule=schedule)
    add_rows(common, [{"scheduled_for": at}])
    common.job_name = "second"
    add_rows(common, [{"scheduled_for": at}, {"scheduled_for": at + timedelta(seconds=1)}])
    assert list(Run.objects.order_by("pk").values_list("job_name", flat=True)) == ["first", "second"]


def test_a_row_that_is_no_longer_as_expected_stays_as_it_is() -> None:
    first, second = queued(2)
    Run.objects.filter(pk=second.pk).update(attempt=7)
    ended = {"status": Status.FAILED, "exit_code": 3, "receipt": {"text": "it's"}, "finished_at": None}
    write_rows(Run, [({"id": run.pk, "attempt": 0}, ended) for run in (first, second)])
    rows = Run.objects.order_by("pk").values_list("status", "exit_code", "receipt")
    assert list(rows) == [("failed", 3, {"text": "it's"}), ("queued", None, None)]


def test_rows_may_differ_in_what_is_null() -> None:
    [run] = queued(1)
    given = {"run": run.pk, "at": clock.now(), "kind": "hook"}
    add_rows(
        RunEvent(), [given | {"seconds": 0.5, "data": {"a": None}}, given | {"seconds": None, "data": {}}]
    )
    assert list(run.events.values_list("seconds", "data")) == [(0.5, {"a": None}), (None, {})]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no lengths")
def test_a_text_that_is_too_long_is_refused_not_cut() -> None:
    [run] = queued(1)
    with pytest.raises(DataError):
        write_rows(Run, [({"id": run.pk}, {"host": "h" * 300})])


def test_a_compiled_query_finds_what_its_query_set_finds() -> None:
    runs = queued(5)
    Run.objects.filter(pk=runs[1].pk).update(not_before=clock.now() + timedelta(hours=1))
    ready = Compiled(
        lambda pks, now: Run.objects.ready(now).filter(pk__in=pks).in_turn().values_list("pk", "params")
    )
    for pks in ([runs[0].pk], [run.pk for run in runs[:3]], [run.pk for run in runs]):
        expected = Run.objects.ready(clock.now()).filter(pk__in=pks).in_turn().values_list("pk", "params")
        assert ready.rows(pks=pks, now=clock.now()) == list(expected)


def test_several_are_asked_at_once() -> None:
    first, second = (run.pk for run in queued(2))
    one = Compiled(lambda pk: Run.objects.filter(pk=pk).values_list("pk"))
    assert ask((one, {"pk": second}), (one, {"pk": first})) == [[(second,)], [(first,)]]


def test_nothing_is_found_among_none() -> None:
    queued(1)
    assert Compiled(lambda pks: Run.objects.filter(pk__in=pks).values_list("pk")).rows(pks=[]) == []


def test_what_goes_wrong_together_is_told_by_our_databases_errors() -> None:
    [run] = queued(1)
    with pytest.raises(IntegrityError), transaction.atomic(), together():
        Run.objects.filter(pk=run.pk).update(job_name=None)
    assert Run.objects.get().job_name == "job"


def test_a_query_that_would_change_what_it_is_given_cannot_be_compiled() -> None:
    with pytest.raises(AssertionError, match="changes what it is given"):
        Compiled(lambda name: Run.objects.filter(job_name__startswith=name)).rows(name="job")


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL reads all where there are few")
@pytest.mark.parametrize("key", ["job", "schedule", "requested_by", "retry_of"])
def test_runs_are_found_by_what_they_point_at_without_reading_all(key: str) -> None:
    assert "SEARCH jobs_run USING" in Run.objects.filter(**{key: 1}).order_by().explain()
