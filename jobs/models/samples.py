"""RunSamples: what a run's programs used over its time. A row of its own, so that lists of runs never carry it."""

from __future__ import annotations

from typing import Any

from django.db import models


class RunSamplesQuerySet(models.QuerySet["RunSamples"]):
    def keep(self, run_id: int, told: dict[str, Any]) -> None:
        """told: every, points. A retried run keeps those of its last attempt."""
        self.update_or_create(run_id=run_id, defaults={"every": told["every"], "points": told["points"]})


class RunSamples(models.Model):
    run = models.OneToOneField("jobs.Run", on_delete=models.CASCADE, primary_key=True, related_name="samples")
    every = models.FloatField(help_text="seconds between two points")
    points = models.JSONField(help_text="[seconds since the start, cpu percent, memory bytes, processes]")

    objects = RunSamplesQuerySet.as_manager()

    def __str__(self) -> str:
        return f"samples of run {self.run_id}"
