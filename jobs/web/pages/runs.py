"""The runs page: history, newest first, with filters that live in the address."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from jobs import services
from jobs.models import ACTIVE, Run, Source, Status
from jobs.web.asked import number, text
from jobs.web.marks import BAD, MARKS, Mark, mark
from jobs.web.rhythm import rhythm
from jobs.web.sentences import said
from jobs.web.verdict import without_folders
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
"""Groups of statuses that the address may name; beside them each status goes by its own name."""


@dataclass(frozen=True)
class Filters:
    """As they stand in the address. states: of STATES or Status; since and until: as a date and time field sends them."""

    states: tuple[str, ...] = ()
    job: str = ""
    sources: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    text: str = ""
    before: int | None = None

    @classmethod
    def read(cls, asked: QueryDict) -> Self:
        """Unknown statuses and sources are left out: an old bookmark still shows runs."""
        return cls(
            states=_known(asked.getlist("status"), {*STATES, *Status.values}),
            job=text(asked, "job", 100),
            sources=_known(asked.getlist("source"), set(Source.values)),
            since=text(asked, "since", 40),
            until=text(asked, "until", 40),
            text=text(asked, "text", 200),
            before=number(asked, "before"),
        )

    @property
    def any(self) -> bool:
        return replace(self, before=None) != Filters()

    @property
    def more(self) -> bool:
        """Whether one of those is set that are folded away else."""
        return bool(self.sources or self.since or self.until or set(self.states) - STATES.keys())

    @property
    def statuses(self) -> tuple[str, ...]:
        return tuple(
            dict.fromkeys(str(word) for state in self.states for word in STATES.get(state, (state,)))
        )

    @property
    def query(self) -> str:
        """For the address of the same runs as a file."""
        return self.url()

    def url(self, **changed: object) -> str:
        """From the newest on, unless `before` is given."""
        values = {
            "status": self.states,
            "job": self.job,
            "source": self.sources,
            "since": self.since,
            "until": self.until,
            "text": self.text,
            **changed,
        }
        return "?" + urlencode({name: value for name, value in values.items() if value}, doseq=True)


def _known(given: list[str], words: set[str]) -> tuple[str, ...]:
    parts = (part for one in given for part in one.split(","))
    return tuple(dict.fromkeys(part for part in parts if part in words))


@dataclass(frozen=True)
class Choice:
    word: str
    url: str
    current: bool


@dataclass(frozen=True)
class Box:
    """One checkbox of the form."""

    value: str
    word: str
    checked: bool


@dataclass(frozen=True)
class Row:
    """excerpt: what was searched for, with the words around it in its line."""

    run: Run
    mark: Mark
    when: SafeString
    took: str
    text: str
    excerpt: tuple[str, str, str] | None = None


@dataclass(frozen=True)
class RunsPage:
    rows: list[Row]
    states: list[Choice]
    statuses: list[Box]
    sources: list[Box]
    older: str

    @classmethod
    def of(cls, filters: Filters, rows: list[Row], older: str = "") -> Self:
        return cls(rows, _states(filters), _statuses(filters), _sources(filters), older)

    @classmethod
    def empty(cls, filters: Filters) -> Self:
        return cls.of(filters, [])


def runs_page(filters: Filters, wanted: services.Wanted, viewer: Viewer) -> RunsPage:
    """Raises BadInput. Two or three queries, five with a search: none grows with the history."""
    rows = Run.objects.lean().select_related("job", "schedule")
    found = services.find_runs(wanted, rows=rows, before=filters.before, limit=PAGE)
    excerpts = services.excerpts([run.pk for run in found.runs], filters.text) if filters.text else {}
    shown = [replace(_row(run, viewer), excerpt=excerpts.get(run.pk)) for run in found.runs]
    older = filters.url(before=found.older) if found.older is not None else ""
    return RunsPage.of(filters, shown, older)


def _states(filters: Filters) -> list[Choice]:
    words = {
        "": _("All"),
        "active": _("Going on"),
        "bad": _("Went wrong"),
        "succeeded": _("Succeeded"),
        "cancelled": _("Cancelled"),
        "skipped": _("Skipped"),
    }
    return [
        Choice(word, filters.url(status=state), filters.states == ((state,) if state else ()))
        for state, word in words.items()
    ]


def _statuses(filters: Filters) -> list[Box]:
    return [Box(status, MARKS[status].word, status in filters.statuses) for status in Status.values]


def _sources(filters: Filters) -> list[Box]:
    words = {
        "schedule": _("A schedule"),
        "manual": _("By hand"),
        "api": _("The API"),
        "cli": _("Command line"),
        "chain": _("Another job"),
        "retry": _("A retry"),
        "webhook": _("A link"),
    }
    return [Box(source, words[source], source in filters.sources) for source in Source.values]


def _row(run: Run, viewer: Viewer) -> Row:
    text = (
        said(without_folders(run.reason.strip().split("\n")[0]))[:160]
        if run.status != Status.SUCCEEDED or run.warned
        else ""
    )
    if not text:
        text = rhythm(run.schedule, viewer.zone.key) if run.schedule else run.get_source_display()
    return Row(
        run=run,
        mark=mark(run.status, warned=run.warned),
        when=viewer.day_clock_tag(run.started_at or run.scheduled_for or run.queued_at),
        took=took_exactly(run.duration.total_seconds()) if run.duration else "",
        text=text,
    )
