"""TriggerLink: a URL that starts one job, and nothing else. Only the digest of its key is stored."""

from __future__ import annotations

import hashlib
import secrets

from django.conf import settings
from django.db import models

from jobs.timing import clock


class TriggerLinkQuerySet(models.QuerySet["TriggerLink"]):
    def keyed(self, key: str) -> TriggerLink | None:
        """The link with this key, of a job that is still there."""
        links = self.filter(job__deleted_at__isnull=True).select_related("job__revision", "author")
        return links.filter(digest=digest_of(key)).first()


class TriggerLink(models.Model):
    job = models.ForeignKey("jobs.Job", on_delete=models.CASCADE, related_name="trigger_links")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        help_text="it ends with this account, and starts nothing that the account may not start",
    )
    created_at = models.DateTimeField(default=clock.now)
    last_used_at = models.DateTimeField(null=True)

    objects = TriggerLinkQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.name} of {self.job}"

    def note_use(self) -> None:
        self.last_used_at = clock.now()
        self.save(update_fields=["last_used_at"])


def new_key() -> str:
    """256 bits, for a URL."""
    return secrets.token_urlsafe(32)


def digest_of(key: str) -> str:
    """No salt and no stretching: nobody guesses 256 bits."""
    return hashlib.sha256(key.encode(errors="replace")).hexdigest()
