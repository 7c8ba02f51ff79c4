"""One run: the verdict, what happened on one time axis, the receipt, why, and the log."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from jobs import services
from jobs.models import Run, RunEvent
from jobs.web import logview, outcomes, params
from jobs.web.changes import Changes, since_it_worked
from jobs.web.logview import Log
from jobs.web.marks import BAD, Mark, mark
from jobs.web.outcomes import Usual
from jobs.web.pictures.curves import Curve, curves
from jobs.web.pictures.timeline import Stretch, Timeline, timeline
from jobs.web.programs import Program, Receipt, last_sentence, receipt_of
from jobs.web.sentences import said
from jobs.web.verdict import explanation, headline, waits_for, why_it_ran
from jobs.web.viewer import Viewer
from jobs.web.words import sentence, took
from plugins import jobfile, jobtable
from plugins.exceptions import BadInput
from plugins.words import text_of

MOST_HOOKS = 60
MOST_ATTEMPTS = 10


@dataclass(frozen=True)
class State:
    """What the poll of a live run updates, too."""

    run: Run
    mark: Mark
    headline: str
    explanation: str
    gone: str
    """That its job is deleted, so that it cannot be repeated."""
    day: str
    started: SafeString | str
    finished: SafeString | str
    probably: SafeString | str
    share: int | None
    told: str | None
    """What the run itself says beside the bar; None: the bar stands for the usual time."""
    receipt: Receipt | None
    checked: SafeString | str
    last_sentence: str
    why_it_ran: str
    why_it_ended: str
    when_it_ends: str
    timeline: Timeline | None
    curves: list[Curve]
    detached: list[services.Outliving]
    """Programs that it left on purpose and that still live."""
    facts: list[tuple[str, SafeString | str]]
    elsewhere: str
    """Where its log lies, if not here."""

    @property
    def earlier_attempts(self) -> list[int]:
        """The last of them, whose logs can be taken as files."""
        return [*range(1, self.run.attempt)][-MOST_ATTEMPTS:]


@dataclass(frozen=True)
class Past:
    """What was before the run: the same for as long as it runs."""

    usual: Usual | None
    earlier: Run | None


@dataclass(frozen=True)
class RunPage:
    state: State
    log: Log
    changes: Changes | None
    changed_at: SafeString | str
    fields: list[params.Field]
    """What a repetition may be given, filled with what this run had."""


def run_page(run: Run, viewer: Viewer, *, given: dict[str, str] | None = None) -> RunPage:
    changes = since_it_worked(run) if run.status in BAD else None
    return RunPage(
        state=state_of(run, past_of(run), viewer),
        log=logview.whole(run, viewer),
        changes=changes,
        changed_at=viewer.day_clock_tag(changes.new.created_at) if changes else "",
        fields=repetition(run, given),
    )


def repetition(run: Run, given: dict[str, str] | None = None) -> list[params.Field]:
    """The params that another run of the same text may be given, filled with what this one had."""
    if _is_gone(run):
        return []
    had = {f"{params.PREFIX}{name}": text_of(value) for name, value in run.params.items()}
    try:
        return params.fields(services.declared_in(run.revision.toml), {**had, **(given or {})})
    except BadInput:  # its text no longer passes: only as it was
        return []


def _is_gone(run: Run) -> bool:
    return run.job is not None and run.job.deleted_at is not None


def past_of(run: Run) -> Past:
    usual = outcomes.usual([run.job_id]).get(run.job_id) if run.job_id else None
    return Past(usual, _earlier(run))


def state_of(run: Run, past: Past, viewer: Viewer) -> State:
    events, usual = _events(run), past.usual
    receipt = receipt_of(run.receipt, events)
    progress = services.live_progress(run)
    probably, share = _probably(run, progress, usual, viewer)
    return State(
        run=run,
        mark=mark(run.status, warned=run.warned),
        headline=headline(run, usual, viewer),
        explanation=explanation(run),
        gone=sentence(said(f"the job of run {run.pk} is deleted")) if _is_gone(run) else "",
        day=viewer.day(run.started_at) if run.started_at else "",
        started=viewer.clock_tag(run.started_at, seconds=True) if run.started_at else "",
        finished=viewer.clock_tag(run.finished_at, seconds=True) if run.finished_at else "",
        probably=probably,
        share=share,
        told=progress.text if progress else None,
        receipt=receipt,
        checked=_checked(receipt, viewer),
        last_sentence=last_sentence(receipt) if receipt else "",
        why_it_ran=why_it_ran(run, viewer),
        why_it_ended=_why_it_ended(run),
        when_it_ends="" if run.is_over else _when_it_ends(run, usual, viewer),
        timeline=_timeline(run, events, receipt, viewer) if run.is_over else None,
        curves=curves(services.samples_of(run).points, run.duration.total_seconds()) if run.duration else [],
        detached=[one for one in services.detached_programs(run) if one.alive],
        facts=_facts(run, past, viewer),
        elsewhere=sentence(said(services.log_elsewhere(run))),
    )


def _events(run: Run) -> list[dict[str, Any]]:
    """One shape for both: the rows of a run that is over, the keeper's file of a live one."""
    if not run.is_over:
        return [_flat(event) for event in services.live_events(run)]
    rows = RunEvent.objects.filter(run=run, attempt=max(run.attempt, 1)).values(
        "at", "kind", "plugin", "hook", "seconds", "message", "data"
    )
    return [_flat({**row, "at": row["at"].timestamp()}) for row in rows]


def _flat(event: dict[str, Any]) -> dict[str, Any]:
    """What a kind adds stands in `data` or beside it."""
    return {
        **(event.get("data") or {}),
        **{name: value for name, value in event.items() if value not in ("", None)},
    }


def _probably(
    run: Run, progress: services.Progress | None, usual: Usual | None, viewer: Viewer
) -> tuple[SafeString | str, int | None]:
    """(until when, percent) of a live run: as a plugin tells it, else by the usual time."""
    if progress:
        return "", round(progress.fraction * 100)
    if run.is_over or usual is None or run.started_at is None or usual.median < 5:
        return "", None
    seconds = (viewer.now - run.started_at).total_seconds()
    share = min(100, round(seconds / usual.median * 100))
    end = viewer.epoch(run.started_at.timestamp() + usual.median)
    return (viewer.clock_tag(end) if end > viewer.now else ""), share


def _checked(receipt: Receipt | None, viewer: Viewer) -> SafeString | str:
    return (
        viewer.clock_tag(viewer.epoch(receipt.checked), seconds=True) if receipt and receipt.checked else ""
    )


# ---- why


def _policies(run: Run) -> jobtable.JobTable | None:
    """The [job] table the run was pinned to; None when its text can no longer be read."""
    try:
        return jobtable.job_table(jobfile.config_of(run.revision.toml).get("job", {}))
    except BadInput:
        return None


def _why_it_ended(run: Run) -> str:
    told = sentence(said(run.reason)) if run.reason else ""
    if run.status == "queued":
        told = sentence(waits_for(run.reason))
    if run.status == "succeeded":
        told = told or _("Every hook and program ended well.")
    policies = _policies(run)
    if policies is None or run.status not in policies.retry_on:
        return told
    if not policies.retries:
        return f"{told} {_('This job does not try again by itself.')}".strip()
    tries = _("Try %(n)d of %(most)d.") % {"n": run.attempt, "most": policies.retries + 1}
    return f"{told} {tries}".strip()


def _when_it_ends(run: Run, usual: Usual | None, viewer: Viewer) -> str:
    words = []
    policies = _policies(run)
    if policies and policies.timeout and run.started_at:
        latest = viewer.clock(viewer.epoch(run.started_at.timestamp() + policies.timeout))
        words.append(
            _("At the latest at %(time)s, by its timeout of %(timeout)s.")
            % {"time": latest, "timeout": took(policies.timeout)}
        )
    if usual:
        words.append(
            _("Half of the last runs took %(low)s to %(high)s.")
            % {"low": took(usual.low), "high": took(usual.high)}
        )
    return " ".join(words) or _("When its programs and hooks are through. There is no timeout.")


# ---- what happened


def _timeline(
    run: Run, events: list[dict[str, Any]], receipt: Receipt | None, viewer: Viewer
) -> Timeline | None:
    if run.started_at is None or run.finished_at is None:
        return None
    end = run.finished_at.timestamp()
    hooks = [_hook(event) for event in events if event.get("kind") == "hook"][:MOST_HOOKS]
    programs = [
        _stretch(program, end) for program in (receipt.programs if receipt else []) if program.started
    ]
    return timeline(
        [hooks, programs], run.started_at, run.finished_at, viewer, _broke_at(run, events, receipt)
    )


def _hook(event: dict[str, Any]) -> Stretch:
    """A hook's message is what it raised."""
    point = str(event.get("hook") or event.get("point") or _("hook"))
    bad = point == "on_error" or event.get("message")
    css = "hold" if point in ("hold", "on_true", "on_false") else "broke" if bad else "hook"
    started = float(event["at"])
    return Stretch(
        point, str(event.get("plugin") or ""), css, started, started + float(event.get("seconds") or 0)
    )


def _stretch(program: Program, end: float) -> Stretch:
    code = _("code %(code)d") % {"code": program.exit_code} if program.exit_code else ""
    assert program.started is not None
    return Stretch(
        program.name, code, "broke" if program.broke else "program", program.started, program.ended or end
    )


def _broke_at(run: Run, events: list[dict[str, Any]], receipt: Receipt | None) -> float | None:
    """When it went wrong: the end of the hook that raised, else of the program that broke, else the end."""
    if run.status not in ("failed", "timed_out", "lost"):
        return None
    for event in events:
        if event.get("kind") == "hook" and event.get("message"):
            return float(event["at"]) + float(event.get("seconds") or 0)
    broken = [
        program.ended for program in (receipt.programs if receipt else []) if program.broke and program.ended
    ]
    return min(broken, default=run.finished_at.timestamp() if run.finished_at else None)


# ---- facts


def _facts(run: Run, past: Past, viewer: Viewer) -> list[tuple[str, SafeString | str]]:
    rows: list[tuple[str, SafeString | str]] = _when(run, viewer)
    if run.attempt:
        policies = _policies(run)
        most = max((policies.retries if policies else 0) + 1, run.attempt)
        rows.append((_("Attempt"), _("%(n)d of %(most)d") % {"n": run.attempt, "most": most}))
    if run.exit_code is not None:
        rows.append((_("Exit code"), str(run.exit_code)))
    rows.append((_("Revision"), _revision(run)))
    place = _("%(pool)s, on %(host)s") if run.host else "%(pool)s"
    rows.append((_("Pool"), place % {"pool": run.pool, "host": run.host}))
    if run.params:
        lines = ((f"{name} = {json.dumps(value, ensure_ascii=False)}",) for name, value in run.params.items())
        rows.append((_("Parameters"), format_html_join("", "<code>{}</code>", lines)))
    if past.earlier:
        rows.append((_("Earlier"), _link(past.earlier)))
    return rows


def _revision(run: Run) -> SafeString | str:
    """The text it was queued with."""
    if run.job is None or _is_gone(run) or run.revision.job_id is None:
        return str(run.revision.number)
    url = reverse("web:revision", args=[run.job.name, run.revision.number])
    return format_html('<a href="{}">{}</a>', url, run.revision.number)


def _when(run: Run, viewer: Viewer) -> list[tuple[str, SafeString | str]]:
    due = [(_("Due"), viewer.clock_tag(run.scheduled_for, seconds=True))] if run.scheduled_for else []
    if run.started_at:
        return [*due, (_("Started"), viewer.clock_tag(run.started_at, seconds=True))]
    return [*due, (_("Queued"), viewer.clock_tag(run.queued_at, seconds=True))]


def _link(run: Run) -> SafeString:
    word = mark(run.status, warned=run.warned).word.lower()
    return format_html('<a href="{}">{}, {}</a>', reverse("web:run", args=[run.pk]), run.pk, word)


def _earlier(run: Run) -> Run | None:
    """The run of the same job before this one, or the one it repeats."""
    if run.retry_of:
        return run.retry_of
    if run.job_id is None:
        return None
    return Run.objects.lean().filter(job=run.job_id, pk__lt=run.pk).order_by("-id").first()
