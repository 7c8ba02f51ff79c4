"""Who executes and who schedules: heartbeats and the lease."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models

from jobs.timing import clock

STALE_AFTER = timedelta(seconds=10)


class SupervisorQuerySet(models.QuerySet["Supervisor"]):
    def alive(self, now: datetime) -> SupervisorQuerySet:
        """A heartbeat that lies ahead was written before the clock was set back: it says nothing."""
        fresh = (now - STALE_AFTER, now + STALE_AFTER)
        return self.filter(heartbeat_at__range=fresh, stopped_at__isnull=True)

    def first_start(self, now: datetime) -> datetime | None:
        """When MXX started: the first of the supervisors that are there."""
        there = self.filter(kind="supervisor").alive(now)
        return there.order_by("started_at").values_list("started_at", flat=True).first()


class Supervisor(models.Model):
    """One process that owns runs: a supervisor, or a `runjob` in a terminal.

    heartbeat_at is written only while every loop of that process is alive, never by a mere timer.
    """

    id = models.CharField(primary_key=True, max_length=64)
    kind = models.CharField(max_length=20, default="supervisor")
    host = models.CharField(max_length=255)
    pid = models.PositiveIntegerField()
    identity = models.CharField(
        max_length=200, help_text="boot id and start ticks: which process this pid was"
    )
    slots = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(default=clock.now)
    heartbeat_at = models.DateTimeField(default=clock.now)
    scheduler_beat_at = models.DateTimeField(null=True, help_text="last turn of the scheduler's loop")
    stopped_at = models.DateTimeField(null=True)

    objects = SupervisorQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.kind} {self.pid} on {self.host}"


class Lease(models.Model):
    """At most one holder at a time; `epoch` counts hand-overs and fences a holder that slept.

    Whoever leads next has to know which moments come for the second time (see scheduling.store.Again).
    """

    name = models.CharField(primary_key=True, max_length=32)
    holder = models.CharField(max_length=64, blank=True)
    epoch = models.PositiveBigIntegerField(default=0)
    expires_at = models.DateTimeField(null=True)
    repeats_until = models.DateTimeField(null=True, help_text="the leader's clock was set back from there")
    steps_back = models.PositiveIntegerField(default=0, help_text="how often a leader's clock was set back")

    def __str__(self) -> str:
        return f"{self.name} held by {self.holder or 'nobody'}"
