"""The texts that a job has had: find one, compare two, make an earlier one the present one."""

from __future__ import annotations

import difflib

from jobs.exceptions import NotFound
from jobs.models import Job, Revision
from jobs.services.drafts import read_draft
from jobs.services.people import Caller
from jobs.services.saving import save_job


def find_revision(job: Job, number: int) -> Revision:
    """Raises NotFound."""
    try:
        return job.revisions.select_related("author").get(number=number)
    except Revision.DoesNotExist:
        raise NotFound(f"job {job.name!r} has no revision {number}") from None


def difference(old: str, new: str, *, old_name: str = "", new_name: str = "", context: int = 3) -> str:
    """Two texts as a unified diff; "" when they are equal."""
    lines = difflib.unified_diff(
        old.splitlines(), new.splitlines(), old_name, new_name, lineterm="", n=context
    )
    return "".join(f"{line}\n" for line in lines)


def roll_back_job(
    *, job: Job, number: int, source: str, author: Caller = None, based_on: int | None = None
) -> Job:
    """Save the text of an earlier revision as a new one; the ones between stay in the history.

    Raises NotFound, Conflict for a job from a file, Stale (see save_job), and BadInput when the old text no longer passes.
    """
    earlier = find_revision(job, number)
    draft = read_draft(text=earlier.toml)
    return save_job(name=job.name, draft=draft, source=source, job=job, author=author, based_on=based_on)
