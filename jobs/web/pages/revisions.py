"""The texts of a job over time: who saved what when, and what it changed."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString

from jobs import services
from jobs.models import Job, Revision
from jobs.web.changes import Change, difference
from jobs.web.viewer import Viewer
from plugins.redaction import redacted_text

LISTED = 50


@dataclass(frozen=True)
class Row:
    revision: Revision
    author: str
    when: SafeString
    present: bool


@dataclass(frozen=True)
class RevisionsPage:
    job: Job
    rows: list[Row]
    older: int | None
    """The number below which the next page begins."""


def revisions_page(job: Job, before: int | None, viewer: Viewer) -> RevisionsPage:
    found = job.revisions.select_related("author").defer("toml").order_by("-number")
    if before is not None:
        found = found.filter(number__lt=before)
    rows = list(found[: LISTED + 1])
    shown = rows[:LISTED]
    return RevisionsPage(
        job, [_row(job, one, viewer) for one in shown], shown[-1].number if len(rows) > LISTED else None
    )


def _row(job: Job, revision: Revision, viewer: Viewer) -> Row:
    author = revision.author.get_username() if revision.author else ""
    return Row(revision, author, viewer.day_clock_tag(revision.created_at), revision.pk == job.revision_id)


@dataclass(frozen=True)
class RevisionPage:
    """One text, and its difference to another one (old -> new)."""

    job: Job
    row: Row
    text: str
    other: Revision | None
    changes: list[Change]
    numbers: list[int]


def revision_page(job: Job, number: int, against: int | None, viewer: Viewer, *, whole: bool) -> RevisionPage:
    """against: the revision to compare with, by default the one before. whole: values that may be secrets are shown.

    Raises NotFound.
    """
    revision = services.find_revision(job, number)
    other = _other(job, revision, against)
    text = _shown(revision, whole)
    changes = difference(_shown(other, whole), text) if other else []
    numbers = job.revisions.order_by("-number").values_list("number", flat=True)[:LISTED]
    return RevisionPage(job, _row(job, revision, viewer), text, other, changes, list(numbers))


def _other(job: Job, revision: Revision, against: int | None) -> Revision | None:
    if against is not None:
        return services.find_revision(job, against)
    return job.revisions.filter(number__lt=revision.number).order_by("-number").first()


def _shown(revision: Revision, whole: bool) -> str:
    return revision.toml if whole else redacted_text(revision.toml)
