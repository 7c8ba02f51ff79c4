"""IdempotencyKey: what a caller asked for under a key, so that the same request sent again gives the same run."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models

from jobs.timing import clock

KEPT = timedelta(days=1)


class IdempotencyKeyQuerySet(models.QuerySet["IdempotencyKey"]):
    def expired(self, now: datetime) -> IdempotencyKeyQuerySet:
        return self.filter(created_at__lte=now - KEPT)

    def kept(self, now: datetime) -> IdempotencyKeyQuerySet:
        return self.filter(created_at__gt=now - KEPT)


class IdempotencyKey(models.Model):
    caller = models.BigIntegerField(help_text="id of the user; 0: MXX itself. A NULL would be equal to none")
    job = models.ForeignKey("jobs.Job", on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, help_text="of what was asked for")
    run = models.ForeignKey("jobs.Run", on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=clock.now, db_index=True)

    objects = IdempotencyKeyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["caller", "job", "key"], name="one_run_a_key_of_a_caller")
        ]

    def __str__(self) -> str:
        return self.key
