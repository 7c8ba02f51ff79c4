"""Schedule: when a job runs. This table is the scheduler's job store: there is no second copy."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models

from jobs.models.supervisor import Supervisor
from jobs.timing import clock, zones
from jobs.timing.table import Timing, trigger_of
from jobs.timing.triggers import Trigger


class ScheduleQuerySet(models.QuerySet["Schedule"]):
    def present(self) -> ScheduleQuerySet:
        return self.filter(deleted_at__isnull=True)

    def waiting(self) -> ScheduleQuerySet:
        """Schedules with a next run; a deleted or paused one has none."""
        return self.filter(next_run_time__isnull=False)

    def due(self, now: datetime) -> ScheduleQuerySet:
        return self.filter(next_run_time__lte=now).order_by("next_run_time")


class Schedule(models.Model):
    job = models.ForeignKey("jobs.Job", on_delete=models.CASCADE, related_name="schedules")
    name = models.CharField(max_length=100)
    position = models.PositiveIntegerField(default=0)
    trigger = models.CharField(max_length=10)
    spec = models.JSONField()
    timezone = models.CharField(max_length=64, default="UTC")
    text = models.CharField(max_length=500, help_text="the trigger in words")
    params = models.JSONField(default=dict)
    misfire = models.CharField(max_length=10, blank=True, help_text="overrides the job's; empty: the job's")
    misfire_window = models.FloatField(null=True)

    enabled = models.BooleanField(default=True)
    paused_at = models.DateTimeField(null=True)
    next_run_time = models.DateTimeField(null=True)
    rev = models.PositiveBigIntegerField(default=1, help_text="counts edits; the scheduler's cache key")
    created_at = models.DateTimeField(default=clock.now)
    deleted_at = models.DateTimeField(null=True)

    objects = ScheduleQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        indexes = [
            models.Index(
                fields=["next_run_time"], name="schedule_due", condition=models.Q(next_run_time__isnull=False)
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["job", "name"],
                condition=models.Q(deleted_at__isnull=True),
                name="one_schedule_a_name",
            )
        ]

    def __str__(self) -> str:
        return f"{self.text} ({self.name})"

    def rule(self) -> Trigger:
        """The trigger that answers `after` and `due`."""
        return trigger_of(self.trigger, self.spec, self.timezone)

    def says_the_same_as(self, timing: Timing) -> bool:
        """True when the text's table asks for nothing new: then next_run_time and anchor stay."""
        if (self.trigger, self.spec) != (timing.trigger, timing.spec):
            return False
        return self.timezone == timing.timezone or self._is_due_as(timing)

    def _is_due_as(self, timing: Timing) -> bool:
        """In another zone of the same spec: a grid counts from a moment, wherever that is told."""
        return self.timezone in zones.names() and self.rule() == timing.trigger_object

    def take(self, timing: Timing, *, position: int) -> None:
        """Copy a checked schedule table into the row; the caller decides about next_run_time."""
        fields: dict[str, Any] = {
            "name": timing.name,
            "position": position,
            "trigger": timing.trigger,
            "spec": timing.spec,
            "timezone": timing.timezone,
            "text": timing.text,
            "params": timing.params,
            "misfire": timing.misfire or "",
            "misfire_window": timing.misfire_window,
        }
        for name, value in fields.items():
            setattr(self, name, value)

    def plan(self, now: datetime) -> None:
        """Compute next_run_time strictly after now; none while the schedule or its job is paused."""
        self.next_run_time = self.rule().after(now) if self._is_on() else None

    def plan_resumed(self, now: datetime) -> None:
        """The same; a startup schedule still has its moment of this start, if that lies ahead."""
        self.plan(now)
        if self.trigger == "startup" and self._is_on():
            planned = self.planned_start()
            self.next_run_time = planned if planned and planned > now else None

    def planned_start(self) -> datetime | None:
        """The moment of a startup schedule for this start of MXX, whether it lies ahead or not; none for one that was made
        or changed since."""
        started = Supervisor.objects.first_start(clock.now())
        if self.next_run_time or started is None or self.created_at > started:
            return self.next_run_time
        return self.rule().at_start(started)

    def _is_on(self) -> bool:
        return self.enabled and self.job.enabled and self.deleted_at is None
