"""The jobs page: all jobs, those that need you first, with filters that live in the address."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from jobs.models import Quiet
from jobs.web import outcomes, reading
from jobs.web.addresses import address, of_run
from jobs.web.marks import Mark, mark
from jobs.web.outcomes import Outcome, Usual
from jobs.web.pictures.strip import Strip, strip
from jobs.web.reading import Brief, NextTime, Unfinished
from jobs.web.sentences import said
from jobs.web.viewer import Viewer
from jobs.web.words import ordinal, took

PAGE = 50
VIEWS = {"run": "run-now", "resume": "resume"}
STATES = ("needs-you", "running", "waiting", "paused")


@dataclass(frozen=True)
class Filters:
    state: str = ""
    tag: str = ""
    q: str = ""
    page: int = 1

    def url(self, **changed: object) -> str:
        values = {"state": self.state, "tag": self.tag, "q": self.q, **changed}
        return "?" + urlencode({name: value for name, value in values.items() if value})


@dataclass(frozen=True)
class Choice:
    word: str
    count: int
    url: str
    current: bool


@dataclass(frozen=True)
class Row:
    """verb: run, stop, cancel or resume; does: in words; act: where its button leads. run: the address of the run that is told."""

    name: str
    href: str
    description: str
    tags: Sequence[str]
    paused: bool
    mark: Mark | None
    when: SafeString | str
    detail: str
    strip: Strip | None
    next: SafeString | str
    next_away: str
    verb: str
    does: str
    act: str
    run: str
    choose: str


@dataclass(frozen=True)
class JobsPage:
    rows: list[Row]
    states: list[Choice]
    tags: list[Choice]
    total: int
    found: int
    earlier: str
    later: str


def jobs_page(filters: Filters, viewer: Viewer, quiet: Quiet | None) -> JobsPage:
    briefs, live = reading.briefs(), reading.unfinished()
    states = {brief.id: _states_of(brief, live.get(brief.id)) for brief in briefs}
    fitting = (brief for brief in briefs if _fits(brief, filters, states[brief.id]))
    found = sorted(fitting, key=lambda brief: _rank(brief, states[brief.id]))
    first = (filters.page - 1) * PAGE
    shown = found[first : first + PAGE]
    ids = [brief.id for brief in shown]
    (past, usual), planned = outcomes.latest_and_usual(ids), reading.next_times(ids, quiet)
    return JobsPage(
        rows=[
            _row(
                brief,
                past.get(brief.id, []),
                usual.get(brief.id),
                planned.get(brief.id),
                live.get(brief.id),
                viewer,
            )
            for brief in shown
        ],
        states=_states(states.values(), filters),
        tags=_tags(briefs, filters),
        total=len(briefs),
        found=len(found),
        earlier=filters.url(page=filters.page - 1) if filters.page > 1 else "",
        later=filters.url(page=filters.page + 1) if len(found) > first + PAGE else "",
    )


def _fits(brief: Brief, filters: Filters, states: frozenset[str]) -> bool:
    if (filters.tag and filters.tag not in brief.tags) or (filters.state and filters.state not in states):
        return False
    if not filters.q:
        return True
    words = f"{brief.name} {brief.description} {' '.join(brief.tags)}".casefold()
    return all(word in words for word in filters.q.casefold().split())


def _states_of(brief: Brief, live: Unfinished | None) -> frozenset[str]:
    told = ("needs-you" if brief.needs_you else "", "" if brief.enabled else "paused")
    going = ("waiting" if live.waits else "running") if live else ""
    return frozenset(filter(None, (*told, going)))


def _rank(brief: Brief, states: frozenset[str]) -> tuple[int, str]:
    order = ("needs-you", "running", "waiting")
    place = next((index for index, state in enumerate(order) if state in states), len(order))
    quiet = (
        (2 if brief.latest_status is None else 1) if "paused" in states or brief.latest_status is None else 0
    )
    return place + (quiet if place == len(order) else 0), brief.name.casefold()


def _states(of_jobs: Collection[frozenset[str]], filters: Filters) -> list[Choice]:
    counts = Counter(state for states in of_jobs for state in states)
    words = (_("Need you"), _("Running"), _("Waiting"), _("Paused"))
    choices = [Choice(_("All"), len(of_jobs), filters.url(state=""), not filters.state)]
    for state, word in zip(STATES, words, strict=True):
        if counts[state] or filters.state == state:
            choices.append(Choice(word, counts[state], filters.url(state=state), filters.state == state))
    return choices


def _tags(briefs: list[Brief], filters: Filters) -> list[Choice]:
    counts = Counter(tag for brief in briefs for tag in brief.tags)
    if filters.tag:
        counts.setdefault(filters.tag, 0)
    return [
        Choice(tag, count, filters.url(tag="" if tag == filters.tag else tag), tag == filters.tag)
        for tag, count in counts.most_common(12)
    ]


def _row(
    brief: Brief,
    past: list[Outcome],
    usual: Usual | None,
    planned: NextTime | None,
    live: Unfinished | None,
    viewer: Viewer,
) -> Row:
    latest = past[-1] if past else None
    at = planned.at if planned else None
    verb = _verb(not brief.enabled, live)
    when, detail = _last(latest, live, past, usual, viewer)
    paused = not brief.enabled
    status = live.status if live else "paused" if paused else latest.status if latest else None
    return Row(
        name=brief.name,
        href=address("job", brief.name),
        description=brief.description.strip().split("\n")[0][:120],
        tags=brief.tags,
        paused=paused,
        mark=mark(status, warned=bool(latest and latest.warned and not live)) if status else None,
        when=when,
        detail=detail,
        strip=strip(past) if past else None,
        next=viewer.day_clock_tag(at) if at else "",
        next_away=viewer.away(at) if at else _without_a_time(paused, live, planned),
        verb=verb,
        does=_does(verb),
        act=address("cancel", live.id) if live else address(VIEWS[verb], brief.name),
        run=of_run(live.id) if live else latest.url if latest else "",
        choose=_("Choose %(name)s") % {"name": brief.name},
    )


def _does(verb: str) -> str:
    return {"stop": _("Stop"), "cancel": _("Cancel"), "resume": _("Resume")}.get(verb) or _("Run")


def _verb(paused: bool, live: Unfinished | None) -> str:
    if live:
        return "cancel" if live.waits else "stop"
    return "resume" if paused else "run"


def _without_a_time(paused: bool, live: Unfinished | None, planned: NextTime | None) -> str:
    if live and live.waits:
        return _("when its turn comes")
    if paused:
        return ""
    if planned and planned.at_start:
        return _("when MXX starts")
    return _("Paused") if planned and planned.held else _("by hand only")


def _last(
    latest: Outcome | None, live: Unfinished | None, past: list[Outcome], usual: Usual | None, viewer: Viewer
) -> tuple[SafeString | str, str]:
    """(when, what else is to be said)."""
    if live:
        return "", _live(live, usual, viewer)
    if latest is None:
        return "", ""
    if latest.status == "missed":
        return viewer.tag(latest.at, _("due %(time)s") % {"time": viewer.clock(latest.at)}), ""
    when = viewer.short_tag(latest.finished_at or latest.at)
    row = reading.streak(past)
    if row > 1:
        return when, _("%(n)s in a row") % {"n": ordinal(row)}
    if latest.status == "timed_out" and latest.seconds is not None:
        return when, _("after %(time)s") % {"time": took(latest.seconds)}
    if latest.warned and latest.seconds is not None and usual:
        return when, _("%(time)s instead of %(usual)s") % {
            "time": took(latest.seconds),
            "usual": took(usual.median),
        }
    return when, ""


def _live(live: Unfinished, usual: Usual | None, viewer: Viewer) -> str:
    if live.waits:
        return said(live.reason.split("\n")[0].rstrip("."))[:60] or _("waits for its turn")
    seconds = (viewer.now - live.started_at).total_seconds() if live.started_at else 0.0
    if usual and usual.median > seconds:
        return _("%(time)s, %(left)s left") % {"time": took(seconds), "left": took(usual.median - seconds)}
    return took(seconds)
