"""Quiet: a span of time in which no schedule starts a run. Manual runs stay allowed; it ends by itself."""

from __future__ import annotations

from datetime import UTC, datetime

from django.conf import settings
from django.db import models

from jobs.timing import clock

OPEN_END = datetime(9999, 1, 1, tzinfo=UTC)
"""The `until` of a quiet time that ends only when somebody ends it."""


class QuietQuerySet(models.QuerySet["Quiet"]):
    def going_on(self, now: datetime) -> Quiet | None:
        return self.filter(since__lte=now, until__gt=now).order_by("-until").first()

    def spans(self, first: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
        """[since, until) of each that touches these times."""
        touching = self.filter(since__lte=until, until__gt=first).order_by("since")
        return list(touching.values_list("since", "until"))


class Quiet(models.Model):
    """Ended early: `until` is the moment at which it was ended, so the row tells what happened."""

    since = models.DateTimeField(default=clock.now)
    until = models.DateTimeField(db_index=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    why = models.CharField(
        max_length=200, blank=True, help_text="when nobody asked for it: that MXX was restored from a backup"
    )

    objects = QuietQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "quiet times"

    def __str__(self) -> str:
        if self.is_open:
            return f"paused: {self.why}"
        return f"quiet until {self.until:%Y-%m-%d %H:%M} UTC"

    @property
    def is_open(self) -> bool:
        """After a restore: until an admin resumes."""
        return self.until is not None and self.until >= OPEN_END
