"""What comes, with what will meet; and the rules that decide about one moment of a job."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from jobs import services
from jobs.models import Job, Quiet, Schedule
from jobs.services.upcoming import Coming
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
    headline: str
    coming: list[Row]
    meetings: list[Row]


def next_page(viewer: Viewer, health: services.Pulse, quiet: Quiet | None) -> NextPage:
    """Each schedule once, however often it is due before the next one."""
    following = services.next_of_each(count=LISTED, quiet=quiet)
    coming = [
        Row(_when(item.at, viewer), item.schedule.job.name, rhythm(item.schedule, viewer.zone.key))
        for item in following
    ]
    meetings = [
        Row(_when(one.at, viewer), one.job, sentence(in_words(one)))
        for one in services.collisions(most=MET, zone=viewer.zone.key, quiet=quiet, slots=health.slots)
    ]
    return NextPage(_headline(following[:1], viewer), coming, meetings)


def _headline(first: list[Coming], viewer: Viewer) -> str:
    if not first:
        return _("Nothing is planned")
    [item] = first
    return _("%(job)s is due %(time)s") % {"job": item.schedule.job.name, "time": viewer.away(item.at)}


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


def why_page(
    job: Job, at: datetime | None, written: str, viewer: Viewer, health: services.Health, quiet: Quiet | None
) -> WhyPage:
    asked = services.Circumstances(list(job.schedules.present()), health, quiet)
    found = services.why(job=job, at=at, zone=viewer.zone.key, asked=asked)
    schedules = {row.name: row for row in asked.schedules}
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
        return replace(
            rule, rule=_rule_name(rule.rule), value=f"{rhythm(row, row.timezone)} ({row.timezone})"
        )
    return replace(rule, rule=_rule_name(rule.rule), value=_rule_value(rule.value))


def _rule_value(value: str) -> str:
    """One word says too little to be known as a sentence of ours: a schedule may have it for a name."""
    words = {"on": _("on"), "paused": _("paused"), "no": _("no")}
    return words.get(value) or said(value)


def _rule_name(name: str) -> str:
    return str(RULES.get(name, name))
