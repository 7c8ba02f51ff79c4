"""Revision: the text of a job as it was at one moment. Runs point at it, so an edit never changes a queued run."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from jobs.timing import clock


class Revision(models.Model):
    job = models.ForeignKey("jobs.Job", on_delete=models.CASCADE, null=True, related_name="revisions")
    number = models.PositiveIntegerField(default=1)
    toml = models.TextField()
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "number"], name="revision_numbers_count_up")]

    def __str__(self) -> str:
        return f"revision {self.number}"

    def previous(self) -> Revision | None:
        """None for the first one, or where the earlier ones are gone."""
        earlier = Revision.objects.filter(job=self.job_id, number__lt=self.number)
        return earlier.order_by("-number").first()
