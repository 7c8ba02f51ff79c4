"""JobState: the small JSON that a job's runs keep between them (`run.state`). The last run to finish wins."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models

from jobs.models.compiled import Compiled
from jobs.timing import clock


class JobStateQuerySet(models.QuerySet["JobState"]):
    def text_of(self, job_id: int | None) -> str:
        """JSON, as the last run left it; "" for none, and for a run of a file that is no saved job."""
        if job_id is None:
            return ""
        return self.filter(job=job_id).values_list("text", flat=True).first() or ""

    def texts_of(self, job_ids: Iterable[int | None]) -> dict[int, str]:
        """JSON by job, of those that have a state."""
        wanted = {job_id for job_id in job_ids if job_id is not None}
        return dict(_TEXTS.rows(jobs=list(wanted)))

    def keep(self, job_id: int, text: str) -> None:
        self.update_or_create(job_id=job_id, defaults={"text": text, "updated_at": clock.now()})


class JobState(models.Model):
    job = models.OneToOneField("jobs.Job", on_delete=models.CASCADE, primary_key=True, related_name="+")
    text = models.TextField()
    updated_at = models.DateTimeField(default=clock.now)

    objects = JobStateQuerySet.as_manager()

    def __str__(self) -> str:
        return f"state of {self.job}"


_TEXTS = Compiled(lambda jobs: JobState.objects.filter(job__in=jobs).values_list("job_id", "text"))
