"""The audit log: who did what to what, when and from where; what a change did to a job's text."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, fields, replace
from typing import Any, Self
from urllib.parse import urlencode

from django.db.models import Q
from django.http import QueryDict
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jobs import services
from jobs.models import AuditEntry, Job
from jobs.web.asked import number, text
from jobs.web.changes import Change, changes_in
from jobs.web.viewer import Viewer
from plugins.jobfile import name_key

PAGE = 50
MOST_LINES, SHORT = 40, 16
TEXTS = ("revision", "before")
"""Facts that the difference tells: ids of revisions."""
MXX = "mxx"
"""Asked for as `who`: what nobody was logged in for."""


@dataclass(frozen=True)
class Filters:
    action: str = ""
    who: str = ""
    target: str = ""
    before: int | None = None

    @classmethod
    def read(cls, asked: QueryDict) -> Self:
        return cls(
            action=text(asked, "action", 40),
            who=text(asked, "who", 150),
            target=text(asked, "target", 200),
            before=number(asked, "before"),
        )

    @property
    def any(self) -> bool:
        return bool(self.action or self.who or self.target)

    def url(self, **changed: Any) -> str:
        """From the newest on, unless `before` is given."""
        values = replace(self, **{"before": None, **changed})
        named = {one.name: getattr(values, one.name) for one in fields(values)}
        return "?" + urlencode({name: value for name, value in named.items() if value})


@dataclass(frozen=True)
class Row:
    entry: AuditEntry
    when: SafeString
    who: str
    facts: list[tuple[str, str]]
    changes: list[Change] = field(default_factory=list)
    more_lines: int = 0
    is_job: bool = False
    run: int | None = None
    of_action: str = ""
    of_who: str = ""
    of_target: str = ""

    @property
    def is_short(self) -> bool:
        """A change that is read at a glance; the whole text of a new job is not."""
        return len(self.changes) <= SHORT and {"ins", "del"} <= {line.kind for line in self.changes}

    @property
    def size(self) -> str:
        kinds = Counter(line.kind for line in self.changes)
        words = []
        if added := kinds["ins"]:
            words.append(ngettext("%(n)d line added", "%(n)d lines added", added) % {"n": added})
        if gone := kinds["del"]:
            words.append(ngettext("%(n)d line taken out", "%(n)d lines taken out", gone) % {"n": gone})
        return ", ".join(words)


@dataclass(frozen=True)
class AuditPage:
    rows: list[Row]
    older: str


def audit_page(filters: Filters, viewer: Viewer) -> AuditPage:
    """Three queries: the entries by their index, the texts of their revisions, which of the names are jobs."""
    rows = AuditEntry.objects.filter(_wanted(filters)).order_by("-id")
    found = list(rows[: PAGE + 1])
    shown = found[:PAGE]
    diffs = services.diffs_of(shown)
    names = {
        name_key(entry.target) for entry in shown if entry.action.startswith(("job.", "run.", "schedule."))
    }
    jobs = set(Job.objects.present().filter(name_key__in=names).values_list("name_key", flat=True))
    older = filters.url(before=shown[-1].pk) if len(found) > PAGE else ""
    return AuditPage([_row(entry, diffs.get(entry.pk, ""), jobs, filters, viewer) for entry in shown], older)


def _wanted(filters: Filters) -> Q:
    wanted = Q()
    if filters.action:
        wanted &= Q(action=filters.action)
    if filters.target:
        wanted &= Q(target=filters.target)
    if filters.who:
        wanted &= Q(who="" if filters.who.casefold() == MXX else filters.who)
    if filters.before is not None:
        wanted &= Q(pk__lt=filters.before)
    return wanted


def _row(entry: AuditEntry, diff: str, jobs: set[str], filters: Filters, viewer: Viewer) -> Row:
    lines = changes_in(diff)
    facts = [(str(name), _told(value)) for name, value in entry.data.items() if name not in TEXTS or not diff]
    run = entry.data.get("run")
    return Row(
        entry=entry,
        when=viewer.tag(entry.at, f"{viewer.day(entry.at)} {viewer.clock(entry.at, seconds=True)}"),
        who=entry.who or _("MXX itself"),
        facts=facts,
        changes=lines[:MOST_LINES],
        more_lines=max(0, len(lines) - MOST_LINES),
        is_job=entry.action.startswith(("job.", "run.", "schedule.")) and name_key(entry.target) in jobs,
        run=run if isinstance(run, int) else None,
        of_action=filters.url(action=entry.action),
        of_who=filters.url(who=entry.who or MXX),
        of_target=filters.url(target=entry.target),
    )


def _told(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "-" if value is None or value == "" else str(value)
