"""Who else has the editor of a job open: a hint before a save meets another's. Nothing is locked by it."""

from __future__ import annotations

from django.contrib.auth.models import User

from jobs.models import Job, Presence


def others_at(*, job: Job, user: User) -> list[Presence]:
    """Other people who have it open now, the longest first."""
    return list(Presence.objects.beside(user, job))


def be_present(*, job: Job, user: User, changed: bool) -> None:
    """This person has it open. changed: with a text that is not saved. To be said again within a minute and a half."""
    Presence.objects.hear(user, job, changed=changed)
