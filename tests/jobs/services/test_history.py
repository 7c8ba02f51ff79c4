"""The history by pages: the same runs as reading all of them would give, however many there are."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from jobs import services
from jobs.models import Job, Run, RunSpan, Source, Status, runspan
from plugins.exceptions import BadInput
from tests.api.kit import make_job

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
WANTED: dict[str, dict[str, Any]] = {
    "all": {},
    "one status": {"statuses": ("failed",)},
    "statuses": {"statuses": ("failed", "lost", "succeeded")},
    "one source": {"sources": ("api",)},
    "status and source": {"statuses": ("failed", "lost"), "sources": ("api", "cli")},
    "nobody's source": {"sources": ("webhook",)},
    "job": {"job": "Hello"},
    "job and status": {"job": "hello", "statuses": ("failed",)},
    "since": {"since": NOON + timedelta(minutes=30)},
    "until": {"until": NOON + timedelta(minutes=20)},
    "span": {"since": NOON + timedelta(minutes=10), "until": NOON + timedelta(minutes=40)},
    "span and status": {"since": NOON + timedelta(minutes=5), "statuses": ("lost", "failed")},
    "empty span": {"since": NOON + timedelta(minutes=9), "until": NOON + timedelta(minutes=2)},
    "future": {"since": NOON + timedelta(days=400)},
}


def past(count: int = 70) -> None:
    """A run a minute, but for some whose clock was far off; kinds and jobs by the dice."""
    dice = random.Random(7)
    jobs = [make_job("hello"), make_job("other")]
    Run.objects.bulk_create(
        Run(
            job=job,
            job_name=job.name,
            revision=job.revision,
            status=dice.choice(["succeeded", "succeeded", "failed", "lost", "queued"]),
            source=dice.choice(["schedule", "api", "cli"]),
            queued_at=NOON + timedelta(minutes=minute, days=dice.choice([0] * 9 + [300, -300])),
        )
        for minute in range(count)
        for job in [dice.choice(jobs)]
    )


def read_all(wanted: services.Wanted, limit: int) -> list[int]:
    """Page by page to the end."""
    found, before = list[int](), None
    while True:
        page = services.find_runs(wanted, rows=Run.objects.lean(), before=before, limit=limit)
        found += [run.pk for run in page.runs]
        before = page.older
        if before is None:
            return found


def fits(run: Run, **given: Any) -> bool:
    return (
        run.status in given.get("statuses", Status.values)
        and run.source in given.get("sources", Source.values)
        and ("job" not in given or run.job_name == "hello")
        and run.queued_at >= given.get("since", run.queued_at)
        and ("until" not in given or run.queued_at < given["until"])
    )


@pytest.mark.parametrize("spans_told", [False, True], ids=["untold", "told"])
@pytest.mark.parametrize("given", WANTED.values(), ids=WANTED)
def test_pages_hold_each_run_that_fits_once_newest_first(
    given: dict[str, Any], spans_told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runspan, "IDS", 8)
    monkeypatch.setattr(runspan, "SETTLED", 16)
    past()
    if spans_told:
        services.keep_history("me:")
        assert RunSpan.objects.count() > 2
    expected = [run.pk for run in Run.objects.order_by("-id") if fits(run, **given)]
    assert read_all(services.Wanted(**given), 7) == expected


def test_the_newest_runs_are_told_later_since_a_transaction_may_still_add_to_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(runspan, "IDS", 8)
    monkeypatch.setattr(runspan, "SETTLED", 16)
    past(30)
    services.keep_history("me:")
    last = Run.objects.order_by("-id").values_list("pk", flat=True)[0]
    assert RunSpan.objects.told_until() <= last - 16 + 1


def test_a_job_that_never_was_is_refused_with_the_name_of_one() -> None:
    make_job("hello")
    with pytest.raises(BadInput) as refused:
        services.find_runs(services.Wanted(job="nobody"), rows=Run.objects.all(), limit=5)
    assert refused.value.problems[0].example == "hello"


def test_a_deleted_job_is_found_until_a_new_one_takes_its_name() -> None:
    old = services.trigger_job(job=make_job("hello"))
    services.delete_job(job=Job.objects.get())
    assert read_all(services.Wanted(job="hello"), 5) == [old.pk]
    new = services.trigger_job(job=make_job("hello"))
    assert read_all(services.Wanted(job="hello"), 5) == [new.pk]


@pytest.mark.parametrize("count", [5, 60])
def test_what_a_page_costs_does_not_grow_with_the_history(
    count: int, django_assert_max_num_queries: Any
) -> None:
    past(count)
    wanted = services.Wanted(job="hello", statuses=("failed", "lost"), since=NOON, until=NOON + timedelta(9))
    with django_assert_max_num_queries(8):
        services.find_runs(wanted, rows=Run.objects.lean().select_related("job"), limit=50)
