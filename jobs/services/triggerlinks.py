"""Links that start a job: made and shown once; whoever has one starts that job, with its declared params, and no more."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from jobs.exceptions import NotFound
from jobs.models import Job, Run, Source, TriggerLink
from jobs.models.triggerlink import digest_of, new_key
from jobs.services.audit import record
from jobs.services.runs import trigger_job
from plugins.exceptions import BadInput, Problem

NO_LINK = "this link starts nothing: it was revoked, or its job is gone"
MOST_LINKS = 20
NAME = "the build server"


@transaction.atomic
def make_link(*, job: Job, name: str, author: User) -> tuple[TriggerLink, str]:
    """The row, and the key for the URL that nobody can read again. Raises BadInput."""
    if not 0 < len(name.strip()) <= 100 or not name.isprintable():
        raise BadInput(Problem("name", "form", "is 1 to 100 printable characters", NAME))
    if job.trigger_links.count() >= MOST_LINKS:
        raise BadInput(
            Problem("name", "too_many", f"a job has at most {MOST_LINKS} links: revoke some first", NAME)
        )
    key = new_key()
    link = TriggerLink.objects.create(job=job, name=name.strip(), digest=digest_of(key), author=author)
    record("link.made", job.name, link=link.name)
    return link, key


def find_link(job: Job, link_id: int) -> TriggerLink:
    link = job.trigger_links.filter(pk=link_id).first()
    if link is None:
        raise NotFound(f"job {job.name!r} has no link {link_id}")
    return link


@transaction.atomic
def revoke_link(*, link: TriggerLink) -> None:
    record("link.revoked", link.job.name, link=link.name)
    link.delete()


def opened_link(key: str) -> TriggerLink:
    """Raises NotFound, always with the same words."""
    link = TriggerLink.objects.keyed(key)
    if link is None or not link.author.is_active or not link.author.has_perm("jobs.add_run"):
        raise NotFound(NO_LINK)
    return link


def trigger_by_link(*, link: TriggerLink, params: dict[str, Any]) -> Run:
    """Raises BadInput for params that the job does not declare."""
    run = trigger_job(job=link.job, source=Source.WEBHOOK, params=params, by=link.author)
    link.note_use()
    return run
