"""SetupLink: the one-time door through which the first admin comes in."""

from __future__ import annotations

from django.db import models

from jobs.timing import clock


class SetupLink(models.Model):
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(default=clock.now)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return "used" if self.used_at else "open"
