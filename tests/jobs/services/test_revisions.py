"""Earlier texts of a job: found, compared, brought back."""

from __future__ import annotations

import pytest

from jobs import services
from jobs.exceptions import Conflict, NotFound, Stale
from jobs.models import Job

FIRST = '[os]\ncmd = "first"\n'
SECOND = '[os]\ncmd = "second"\n'


@pytest.fixture
def job(db: None) -> Job:
    made = services.save_job(name="hello", draft=services.read_draft(text=FIRST), source="page")
    return services.save_job(name="hello", draft=services.read_draft(text=SECOND), source="page", job=made)


def test_a_roll_back_is_a_new_revision_with_the_old_text(job: Job) -> None:
    back = services.roll_back_job(job=job, number=1, source="page")
    assert back.revision is not None
    assert (back.revision.number, back.toml) == (3, FIRST)
    assert services.find_revision(job, 2).toml == SECOND


def test_a_number_that_never_was_is_not_found(job: Job) -> None:
    with pytest.raises(NotFound, match="no revision 9"):
        services.roll_back_job(job=job, number=9, source="page")


def test_a_save_on_top_of_somebody_elses_is_stale(job: Job) -> None:
    with pytest.raises(Stale, match="revision 2"):
        services.save_job(
            name="hello", draft=services.read_draft(text=FIRST), source="page", job=job, based_on=1
        )
    assert Job.objects.get().toml == SECOND


def test_a_job_of_a_file_is_not_rolled_back(db: None) -> None:
    filed = services.save_job(name="filed", draft=services.read_draft(text=FIRST), source="file:filed.toml")
    with pytest.raises(Conflict, match="comes from the file"):
        services.roll_back_job(job=filed, number=1, source="page")


def test_two_texts_differ_by_lines() -> None:
    told = services.difference(FIRST, SECOND, old_name="1", new_name="2")
    assert told == '--- 1\n+++ 2\n@@ -1,2 +1,2 @@\n [os]\n-cmd = "first"\n+cmd = "second"\n'
    assert services.difference(FIRST, FIRST) == ""
