"""Who else has the editor of a job open."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.utils.safestring import SafeString

from jobs import services
from jobs.models import Job
from jobs.web.viewer import Viewer


@dataclass(frozen=True)
class Neighbour:
    name: str
    since: SafeString
    changed: bool


@dataclass(frozen=True)
class Company:
    """key: equal as long as the sentences are, so that a page that shows them is left alone."""

    neighbours: list[Neighbour]
    key: str


def company_at(job: Job, user: User, viewer: Viewer) -> Company:
    found = services.others_at(job=job, user=user)
    neighbours = [
        Neighbour(one.user.get_username(), viewer.short_tag(one.since), one.changed) for one in found
    ]
    return Company(neighbours, " ".join(f"{one.pk}.{one.since:%j%H%M%S}.{one.changed:d}" for one in found))
