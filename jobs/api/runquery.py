"""Which runs a list asks for: ?job=&status=a,b&source=&since=&until=&text="""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import TextChoices
from rest_framework import serializers

from jobs import services
from jobs.api.pages import NumberedQuery
from jobs.api.reading import MOMENT, Moment
from jobs.models import Source, Status


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


def listed(words: type[TextChoices]) -> dict[str, str]:
    """As JSON Schema."""
    one = rf"\s*({'|'.join(words.values)})\s*"
    return {"pattern": f"^{one}(,{one})*$"}


class RunQuery(NumberedQuery):
    limits: ClassVar[dict[str, dict[str, Any]]] = {"status": listed(Status), "source": listed(Source)}
    job = serializers.CharField(max_length=100, required=False)
    status = WordList(Status, required=False)
    source = WordList(Source, required=False)  # type: ignore[assignment]  # the contract's word
    since = Moment(required=False, help_text="queued at this moment or later")
    until = Moment(required=False, help_text="queued before this moment")

    text = serializers.CharField(
        max_length=200, required=False, help_text='words of its log: refused, "out of memory", connect*'
    )

    examples: ClassVar[dict[str, str]] = {
        **NumberedQuery.examples,
        "job": "nightly backup",
        "status": "failed,timed_out",
        "source": "schedule",
        "since": MOMENT,
        "until": MOMENT,
        "text": "connection refused",
    }


def wanted(asked: dict[str, Any], only_job: int | None = None) -> services.Wanted:
    """asked: a checked RunQuery."""
    return services.Wanted(
        job=asked.get("job", ""),
        only_job=only_job,
        statuses=tuple(asked.get("status", ())),
        sources=tuple(asked.get("source", ())),
        since=asked.get("since"),
        until=asked.get("until"),
        text=asked.get("text", ""),
    )
