"""Recovery: runs whose owner is gone are finished, adopted, queued again or recorded as lost. Never started twice."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from enum import Enum
from pathlib import Path

from django.conf import settings

from jobs import services
from jobs.execution import owner as owners
from jobs.execution.finishing import finish_all, finish_without_result, moment
from jobs.execution.specs import spec_of
from jobs.execution.sweeps import Sweeps
from jobs.models import ACTIVE, Run, Status, Supervisor
from jobs.timing import clock
from plugins.custody.rundir import CLEANUP, STARTED, RunDir
from plugins.custody.spec import RunSpec
from plugins.custody.sweep import keeper_lives
from plugins.exceptions import MxxError
from plugins.restoring import take_back_of

log = logging.getLogger("mxx.recovery")

Start = Callable[[RunSpec], object]
"""Hands a go token to a keeper."""
WRITING = 5.0
"""Seconds an empty start marker may be somebody's pen; older, its writer is dead."""


class Fate(Enum):
    FINISHED = "finished"
    ADOPTED = "adopted"
    REQUEUED = "queued again"
    LOST = "lost"
    SWEEPING = "being swept"
    CLEANING = "cleaned up after"
    UNDECIDED = "undecided"


def orphans(me: str) -> list[Run]:
    """Active runs of this home whose owner is gone."""
    now = clock.now()
    active = Run.objects.active().filter(owner__startswith=f"{services.home_id()}:").exclude(owner=me)
    holders = Supervisor.objects.in_bulk({run.owner for run in active})
    return [run for run in active if run.owner not in holders or owners.is_gone(holders[run.owner], now)]


def release_reservations() -> int:
    """Queued runs that wait for a terminal which is gone: from now on any supervisor may claim them."""
    now = clock.now()
    reserved = Run.objects.queued().exclude(reserved_for="")
    seen = set(reserved.values_list("reserved_for", flat=True))
    holders = Supervisor.objects.in_bulk(seen)
    gone = [pk for pk in seen if pk not in holders or owners.is_gone(holders[pk], now)]
    return reserved.filter(reserved_for__in=gone).update(reserved_for="") if gone else 0


def recover(run: Run, me: str, start: Start, sweeps: Sweeps) -> Fate:
    """Decide by what is on disk; the start marker fences off a keeper that may still hold the go token."""
    folder = services.run_dir(run)
    if finish_all([run]):
        return Fate.FINISHED
    started = folder.started()
    if started is None and run.status in (Status.RUNNING, Status.STOPPING):
        reason = "its folder is gone: nobody can tell what became of its programs"
        return Fate.LOST if finish_without_result(run, Status.LOST, reason) else Fate.UNDECIDED
    if started is None:
        fence = {"fenced_by": me, "at": time.time()}
        return _requeue(run) if folder.take_marker(fence) else Fate.UNDECIDED
    if "fenced_by" in started:
        return _requeue(run)
    if not started and not _is_old(folder):
        return Fate.UNDECIDED
    if keeper_lives(folder):
        return _adopt(run, me)
    return Fate.FINISHED if finish_all([run]) else _lose(run, me, start, sweeps)


def _is_old(folder: RunDir) -> bool:
    return time.time() - (folder.path / STARTED).stat().st_mtime > WRITING


def _requeue(run: Run) -> Fate:
    """Nothing of this attempt ran or ever will: its marker is ours. The next claim counts a new attempt."""
    reason = "its start was interrupted before anything ran; queued again"
    if run.cancel_requested_at:
        ended = run.move(Status.CANCELLED, expect=ACTIVE, reason=run.cancel_reason, finished_at=clock.now())
        return Fate.FINISHED if ended else Fate.UNDECIDED
    won = run.move(Status.QUEUED, expect=ACTIVE, owner="", reserved_for="", reason=reason)
    return Fate.REQUEUED if won else Fate.UNDECIDED


def _adopt(run: Run, me: str) -> Fate:
    if run.owner == me:
        return Fate.ADOPTED
    to = run.status if run.status == Status.STOPPING else Status.RUNNING
    started = services.run_dir(run).started() or {}
    at = moment(started["at"]) if "at" in started else run.started_at or clock.now()
    before = run.owner
    if not run.move(Status(to), expect=ACTIVE, owner=me, started_at=at):
        return Fate.UNDECIDED
    log.info("run %s is adopted from %s (keeper %s)", run.pk, before, started.get("pid"))
    return Fate.ADOPTED


def _lose(run: Run, me: str, start: Start, sweeps: Sweeps) -> Fate:
    """The keeper died without a result: end what it launched; the post_actions it owed are done by another."""
    folder = services.run_dir(run)
    receipt = sweeps.receipt_of(run)
    if receipt is None:
        return Fate.SWEEPING
    told = [str(receipt["text"]), *_taken_back(folder)]
    reason = f"its keeper died without a result; {'; '.join(told)}"
    owed = folder.owed() is not None and folder.started(CLEANUP) is None
    if owed and _adopt(run, me) is Fate.ADOPTED and _start_clean_up(run, reason, start):
        return Fate.CLEANING
    return Fate.LOST if finish_without_result(run, Status.LOST, reason, receipt) else Fate.UNDECIDED


def _start_clean_up(run: Run, reason: str, start: Start) -> bool:
    """False when the job can no longer be read: then there is nothing to do it with."""
    try:
        start(replace(spec_of(run), lost=reason))
    except MxxError as error:
        log.warning("run %s: no clean-up: %s", run.pk, error)
        return False
    return True


def _taken_back(folder: RunDir) -> list[str]:
    """Its programs are gone: what it had edited in an application's configuration can be as before."""
    try:
        return take_back_of(Path(settings.MXX_HOME) / "restore", folder)
    except MxxError as error:
        return [f"its edits of a configuration are still there: {error}"]
