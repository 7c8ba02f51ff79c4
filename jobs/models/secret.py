"""Secret: a value that is written and used, and never read back. Its column is what the vault made of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from jobs.timing import clock


class Secret(models.Model):
    name = models.CharField(max_length=100, unique=True)
    sealed = models.TextField(help_text="KEY:TEXT, both in base64: jobs.services.vault")
    changed_at = models.DateTimeField(default=clock.now)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    def __str__(self) -> str:
        return self.name
