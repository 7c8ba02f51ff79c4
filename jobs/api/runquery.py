"""Which runs a list asks for: ?job=&status=a,b&source=&since="""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any, ClassVar

from django.db.models import Q, TextChoices
from rest_framework import serializers

from jobs.api.pages import NumberedQuery
from jobs.api.reading import MOMENT, Moment
from jobs.models import Job, Run, Source, Status
from jobs.models.run import RunQuerySet
from plugins import jobfile
from plugins.exceptions import BadInput, Problem


class WordList(serializers.CharField):
    """Words of one vocabulary, parted by commas."""

    def __init__(self, words: type[TextChoices], **options: Any) -> None:
        self.words = words
        super().__init__(help_text=f"of {', '.join(words.values)}; parted by commas", **options)

    def to_internal_value(self, data: Any) -> Any:
        chosen = [word.strip() for word in super().to_internal_value(data).split(",")]
        wrong = [word for word in chosen if word not in self.words.values]
        if wrong:
            allowed = ", ".join(self.words.values)
            raise serializers.ValidationError(f"{wrong[0][:80]!r} is not one of {allowed}", "unknown")
        return list(dict.fromkeys(chosen))


class RunQuery(NumberedQuery):
    job = serializers.CharField(max_length=100, required=False)
    status = WordList(Status, required=False)
    source = WordList(Source, required=False)  # type: ignore[assignment]  # the contract's word
    since = Moment(required=False, help_text="queued at this moment or later")

    examples: ClassVar[dict[str, str]] = {
        **NumberedQuery.examples,
        "job": "nightly backup",
        "status": "failed,timed_out",
        "source": "schedule",
        "since": MOMENT,
    }


def matching(asked: dict[str, Any], only_job: int | None = None) -> RunQuerySet:
    """The runs that a checked RunQuery asks for, its cursor and limit not yet applied."""
    runs = Run.objects.filter(job=only_job) if only_job else Run.objects.all()
    if "job" in asked:
        runs = _of_job(runs, asked["job"])
    if "source" in asked:
        runs = runs.filter(source__in=asked["source"])
    if "since" in asked:
        runs = runs.filter(queued_at__gte=asked["since"])
    return _of_statuses(runs, asked) if "status" in asked else runs


def _of_statuses(runs: RunQuerySet, asked: dict[str, Any]) -> RunQuerySet:
    """The newest of each status by its index, then together: SQLite would sort all runs of several statuses (0.5 s a million)."""
    if "cursor" in asked:
        runs = runs.filter(pk__lt=asked["cursor"])
    newest = runs.order_by("-id").values("pk")
    parts = [Q(pk__in=newest.filter(status=status)[: asked["limit"] + 1]) for status in asked["status"]]
    return Run.objects.filter(reduce(or_, parts))


def _of_job(runs: RunQuerySet, name: str) -> RunQuerySet:
    """The present job of this name; else deleted ones; else files that were run without being a job."""
    named = Job.objects.filter(name_key=jobfile.name_key(name))
    ids = [job.pk for job in named.present()] or [job.pk for job in named]
    found = runs.filter(job__in=ids) if ids else runs.filter(job=None, job_name=name)
    if not ids and not found.exists():
        raise BadInput(Problem("job", "unknown", f"there is no job named {name[:80]!r}", _some_job()))
    return found


def _some_job() -> str:
    return Job.objects.present().order_by("pk").values_list("name", flat=True).first() or "a job's name"
