"""Presence: somebody has the editor of a job open. It says so every few seconds and is forgotten soon after the last time."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models

from jobs.models.job import Job
from jobs.timing import clock

FRESH = timedelta(seconds=90)
"""A browser lets a hidden tab speak once a minute only."""


class PresenceQuerySet(models.QuerySet["Presence"]):
    def beside(self, user: User, job: Job) -> PresenceQuerySet:
        """The others who have it open now, the longest first."""
        heard = self.filter(job=job, heard_at__gt=clock.now() - FRESH).exclude(user=user)
        return heard.select_related("user").order_by("since", "id")

    def hear(self, user: User, job: Job, *, changed: bool) -> None:
        """One write while nothing else is new; those who left are forgotten when somebody comes."""
        now = clock.now()
        mine = self.filter(user=user, job=job, heard_at__gt=now - FRESH)
        if mine.update(heard_at=now, changed=changed):
            return
        self.filter(heard_at__lte=now - FRESH).delete()
        self.update_or_create(
            user=user, job=job, defaults={"since": now, "heard_at": now, "changed": changed}
        )


class Presence(models.Model):
    job = models.ForeignKey("jobs.Job", on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()
    heard_at = models.DateTimeField(db_index=True)
    changed = models.BooleanField(default=False, help_text="what stands in the editor is not what is saved")

    objects = PresenceQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "user"], name="presence_once")]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.user} at {self.job}"
