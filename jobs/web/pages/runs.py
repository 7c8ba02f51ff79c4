"""The runs page: history, newest first, with filters that live in the address."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from jobs.models import ACTIVE, Run, Status
from jobs.web.marks import BAD, Mark, mark
from jobs.web.rhythm import rhythm
from jobs.web.sentences import said
from jobs.web.viewer import Viewer
from jobs.web.words import took_exactly

PAGE = 50
STATES: dict[str, tuple[str, ...]] = {
    "active": (Status.QUEUED, *ACTIVE),
    "bad": BAD,
    "succeeded": (Status.SUCCEEDED,),
    "cancelled": (Status.CANCELLED,),
    "skipped": (Status.SKIPPED,),
}


@dataclass(frozen=True)
class Filters:
    status: str = ""
    job: str = ""
    before: int | None = None

    def url(self, **changed: object) -> str:
        values = {"status": self.status, "job": self.job, **changed}
        return "?" + urlencode({name: value for name, value in values.items() if value})


@dataclass(frozen=True)
class Choice:
    word: str
    url: str
    current: bool


@dataclass(frozen=True)
class Row:
    run: Run
    mark: Mark
    when: SafeString
    took: str
    text: str


@dataclass(frozen=True)
class RunsPage:
    rows: list[Row]
    states: list[Choice]
    older: str


def runs_page(filters: Filters, viewer: Viewer) -> RunsPage:
    """One query, bound to an index for each filter."""
    runs = Run.objects.lean().select_related("job", "schedule").order_by("-id")
    if filters.status:
        runs = runs.filter(status__in=STATES[filters.status])
    if filters.job:
        runs = runs.filter(job__name_key=filters.job.casefold(), job__deleted_at__isnull=True)
    if filters.before:
        runs = runs.filter(pk__lt=filters.before)
    found = list(runs[: PAGE + 1])
    rows = [_row(run, viewer) for run in found[:PAGE]]
    return RunsPage(rows, _states(filters), filters.url(before=rows[-1].run.pk) if len(found) > PAGE else "")


def _states(filters: Filters) -> list[Choice]:
    words = {
        "": _("All"),
        "active": _("Going on"),
        "bad": _("Went wrong"),
        "succeeded": _("Succeeded"),
        "cancelled": _("Cancelled"),
        "skipped": _("Skipped"),
    }
    return [Choice(word, filters.url(status=state), state == filters.status) for state, word in words.items()]


def _row(run: Run, viewer: Viewer) -> Row:
    text = (
        said(run.reason.strip().split("\n")[0])[:160] if run.status != Status.SUCCEEDED or run.warned else ""
    )
    if not text:
        text = rhythm(run.schedule) if run.schedule else run.get_source_display()
    return Row(
        run=run,
        mark=mark(run.status, warned=run.warned),
        when=viewer.day_clock_tag(run.started_at or run.scheduled_for or run.queued_at),
        took=took_exactly(run.duration.total_seconds()) if run.duration else "",
        text=text,
    )
