"""What comes, with what will meet; and the rules that decide about one moment of a job."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.safestring import SafeString
from django.utils.translation import pgettext_lazy

from jobs import services
from jobs.models import Job, Quiet, Schedule
from jobs.web.pages.clashes import in_words
from jobs.web.rhythm import rhythm
from jobs.web.sentences import said
from jobs.web.viewer import Viewer
from jobs.web.words import sentence

LISTED, MET = 50, 20
RULES = {
    "schedule": pgettext_lazy("rule", "schedule"),
    "blackout": pgettext_lazy("rule", "blackout"),
    "bounds": pgettext_lazy("rule", "bounds"),
    "paused": pgettext_lazy("rule", "paused"),
    "misfire": pgettext_lazy("rule", "misfire"),
    "job": pgettext_lazy("rule", "job"),
    "quiet": pgettext_lazy("rule", "quiet"),
    "overlap": pgettext_lazy("rule", "overlap"),
    "scheduler": pgettext_lazy("rule", "scheduler"),
    "slots": pgettext_lazy("rule", "slots"),
    "tag": pgettext_lazy("rule", "tag"),
    "priority": pgettext_lazy("rule", "priority"),
    "disk": pgettext_lazy("rule", "disk"),
}


@dataclass(frozen=True)
class Row:
    when: SafeString
    job: str
    text: str


@dataclass(frozen=True)
class NextPage:
    coming: list[Row]
    meetings: list[Row]


def next_page(viewer: Viewer, quiet: Quiet | None) -> NextPage:
    coming = [
        Row(_when(item.at, viewer), item.schedule.job.name, rhythm(item.schedule))
        for item in services.upcoming(count=LISTED, quiet=quiet)
    ]
    meetings = [
        Row(_when(one.at, viewer), one.job, sentence(in_words(one)))
        for one in services.collisions(most=MET, zone=viewer.zone.key, quiet=quiet)
    ]
    return NextPage(coming, meetings)


def _when(at: datetime, viewer: Viewer) -> SafeString:
    return viewer.tag(at, f"{viewer.day(at)} {viewer.clock(at, seconds=bool(at.second))}")


@dataclass(frozen=True)
class WhyPage:
    job: Job
    at: str
    """As the field has it."""
    when: SafeString
    verdict: str
    happens: bool
    rules: list[services.Rule]
    runs: list[int]


def why_page(job: Job, at: datetime | None, written: str, viewer: Viewer) -> WhyPage:
    found = services.why(job=job, at=at, zone=viewer.zone.key)
    schedules = {row.name: row for row in job.schedules.present()}
    return WhyPage(
        job,
        written or viewer.local(found.at).strftime("%Y-%m-%dT%H:%M"),
        viewer.tag(found.at, f"{viewer.day(found.at)} {viewer.clock(found.at, seconds=True)}"),
        sentence(said(found.verdict)),
        found.happens,
        [_rule(rule, schedules) for rule in found.rules],
        [run.pk for run in found.runs],
    )


def _rule(rule: services.Rule, schedules: dict[str, Schedule]) -> services.Rule:
    """In the reader's language."""
    row = schedules.get(rule.schedule)
    if rule.rule == "schedule" and row:
        return replace(rule, rule=_rule_name(rule.rule), value=f"{rhythm(row)} ({row.timezone})")
    return replace(rule, rule=_rule_name(rule.rule), value=said(rule.value))


def _rule_name(name: str) -> str:
    return str(RULES.get(name, name))
