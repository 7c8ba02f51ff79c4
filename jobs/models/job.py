"""Job: a named, saved configuration. Its TOML text is the one truth; the other columns are derived from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from jobs.timing import clock
from plugins import jobfile
from plugins.jobtable import JobTable

if TYPE_CHECKING:
    from jobs.models.run import Run


class JobQuerySet(models.QuerySet["Job"]):
    def present(self) -> JobQuerySet:
        """Jobs that were not deleted: the only ones with a name of their own."""
        return self.filter(deleted_at__isnull=True)

    def named(self, name: str) -> Job:
        """The present job of this name, ignoring case. Raises Job.DoesNotExist."""
        if "\0" in name:
            raise Job.DoesNotExist  # PostgreSQL takes no such text, not even to look for it
        return self.present().get(name_key=jobfile.name_key(name))


class Job(models.Model):
    name = models.CharField(max_length=100)
    name_key = models.CharField(max_length=200, editable=False)
    revision = models.ForeignKey(
        "jobs.Revision", on_delete=models.PROTECT, related_name="+", null=True, editable=False
    )
    source = models.CharField(max_length=255, default="api", editable=False)
    enabled = models.BooleanField(default=True)

    # derived from [job] whenever the text is saved, so that a due moment parses nothing
    description = models.TextField(blank=True, editable=False)
    tags = models.JSONField(default=list, editable=False)
    overlap = models.CharField(max_length=10, default="skip", editable=False)
    max_parallel = models.PositiveIntegerField(null=True, editable=False)
    queue_max = models.PositiveIntegerField(default=100, editable=False)
    misfire = models.CharField(max_length=10, default="latest", editable=False)
    misfire_window = models.FloatField(null=True, editable=False)
    priority = models.IntegerField(default=0, editable=False)

    created_at = models.DateTimeField(default=clock.now, editable=False)
    updated_at = models.DateTimeField(default=clock.now, editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)

    objects = JobQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["name_key"],
                condition=models.Q(deleted_at__isnull=True),
                name="one_present_job_a_name",
            )
        ]
        indexes = [models.Index(fields=["deleted_at", "name_key"], name="job_present")]
        permissions = [("pause_job", "Can pause and resume jobs and schedules")]

    def __str__(self) -> str:
        return self.name

    @property
    def toml(self) -> str:
        """The job file as stored, with its comments."""
        return self.revision.toml if self.revision else ""

    @property
    def config(self) -> dict[str, Any]:
        """The job file as JSON-able dict; parsed anew on each call (about 1 ms)."""
        return jobfile.config_of(self.toml)

    @property
    def file(self) -> str:
        """Name of the file that this job was loaded from, or ""."""
        return self.source.removeprefix("file:") if self.source.startswith("file:") else ""

    def rename(self, name: str) -> None:
        self.name = jobfile.check_name(name)
        self.name_key = jobfile.name_key(self.name)

    def take_policies(self, table: JobTable) -> None:
        """Copy what the scheduler and the dispatcher need from the checked [job] table."""
        self.description, self.tags = table.description, list(table.tags)
        self.overlap, self.max_parallel, self.queue_max = table.overlap, table.max_parallel, table.queue_max
        self.misfire, self.misfire_window = table.misfire, table.misfire_window
        self.priority = table.priority

    def last_run(self) -> Run | None:
        """The newest run; one query."""
        return self.runs.order_by("-id").first()
