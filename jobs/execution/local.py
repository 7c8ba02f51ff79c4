"""The local dispatcher: claims runs for the free slots of this host and hands them to keepers."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import Counter
from typing import Any

from django.db import DataError

from jobs import services
from jobs.execution.claim import LOOK_AT, OWN, SHORT_LOOK, Claimed, claim
from jobs.execution.finishing import finish_all, finish_without_result, note_started
from jobs.execution.keepers import keepers
from jobs.execution.owner import host_name
from jobs.execution.recovery import Fate, orphans, recover, release_reservations
from jobs.execution.specs import spec_of
from jobs.execution.sweeps import Sweeps
from jobs.models import Run, Status
from jobs.models.compiled import Compiled
from jobs.timing import clock
from plugins.custody.backends import Identity, backend
from plugins.custody.sweep import keeper_lives
from plugins.exceptions import MxxError

log = logging.getLogger("mxx.dispatcher")

BATCH, LONGEST_BATCH = 0.02, 0.1
"""Seconds in which ends are gathered into one transaction: twice what the last one took, within these. On a machine that is
overloaded few end in 20 ms, and a transaction for each would load it further. One that ended alone makes nobody wait."""
LOOK_FOR_NEWS = 0.004
"""Seconds between two looks at what has come for a batch."""
SETTLED = 1.0
"""Seconds after which a started run without news is looked up on disk."""
SLOW_START = 5.0
"""Seconds that a claimed run may take to its start marker before it is fenced off and queued again."""
LOOK_EVERY = 1.0
"""Seconds after which the queue is looked through although nothing new is in it."""
STARTING = max(16, 4 * (os.cpu_count() or 1))
"""Runs that may be on their way to their start marker at once: far fewer than even a busy machine forks in SLOW_START,
so that none is fenced off which merely waits for its turn."""

_CLAIMABLE = Compiled(lambda now: Run.objects.claimable(now).order_by().values_list("pk")[:1])
_NEWEST = Compiled(lambda: Run.objects.order_by("-pk").values_list("pk")[:1])


class LocalDispatcher:
    """Three loops of the supervisor: dispatch(), collect() and mend(); rows are their only common memory."""

    def __init__(self, owner: str, slots: int) -> None:
        self.owner, self.slots = owner, slots
        self.kick = threading.Event()
        self.keepers = keepers()
        self._sweeps = Sweeps()
        self._newest: list[tuple[int]] = []
        self._looked = 0.0
        """The newest run when the queue was last looked through, and when that was."""
        self._took = 0.0
        """Seconds that the last batch of ends took."""
        self._free = 0
        """How many could start when that was counted last."""
        self._all_taken = False
        """Whether there was a run for each of them."""
        self._cancels = False
        """Whether somebody has asked to stop one of our runs, who is not being stopped yet."""
        self._begun: dict[int, tuple[int, float]] = {}
        """Runs that have started while others wait for slots: told with the next batch, unless that tells of their end."""
        self._seen: dict[int, float] = {}
        """Run id -> when it was last handed over or first met; to tell a slow start from a lost one."""

    # ---- claim and go

    def dispatch(self) -> None:
        """Wait for a kick (a second at most), pass on cancels, claim what fits, start it."""
        self.kick.wait(1.0)
        self.kick.clear()
        if not self.keepers.alive:
            self.keepers.open()
            self._seen = dict.fromkeys(self._seen, 0.0)  # what the old zygote did not start is lost with it
        claimed = self._claimed()
        if self._cancels:
            self._pass_on_cancels()
        for run, state in claimed:
            self._go(run, state)

    def _room(self, own: list[tuple[Any, ...]]) -> int:
        """How many may start now: the free slots, and the room on the way to a keeper. own: (status, when a cancel was asked
        for) of our active runs."""
        statuses = Counter(status for status, _ in own)
        self._cancels = any(asked and status != Status.STOPPING for status, asked in own)
        self._free = max(0, min(self.slots - statuses.total(), STARTING - statuses[Status.CLAIMED]))
        return self._free

    def _claimed(self) -> list[Claimed]:
        """Runs to start now.

        Without room only what is new is looked at, for its overlap policy; once a second, and then all of it, anyway. As long
        as all room is taken each time, nobody asks whether something is new, or there at all.
        """
        overdue = time.monotonic() - self._looked > LOOK_EVERY
        if self._free and self._all_taken and not overdue:
            return self._claim(SHORT_LOOK)
        free = self._room(OWN.rows(owner=self.owner))
        newest, now = _NEWEST.rows(), time.monotonic()
        all_of_it = overdue or newest != self._newest
        if not (free or all_of_it) or not _CLAIMABLE.rows(now=clock.now()):
            return []
        if all_of_it:
            self._newest, self._looked = newest, now
        return self._claim(LOOK_AT if all_of_it else SHORT_LOOK)

    def _claim(self, look_at: int) -> list[Claimed]:
        if why := services.why_no_start():
            Run.objects.claimable(clock.now()).wait(why)
            return []
        claimed = claim(
            room=self._room,
            owner=self.owner,
            host=host_name(),
            default_parallel=self.slots,
            look_at=look_at,
        )
        self._all_taken = len(claimed) == self._free
        return claimed

    def _go(self, run: Run, state: str | None = None) -> None:
        try:
            spec = spec_of(run, state)
        except MxxError as error:
            finish_without_result(run, Status.FAILED, str(error))
            return
        self._seen[run.pk] = time.monotonic()
        try:
            self.keepers.start(spec)
        except BrokenPipeError:
            self._seen[run.pk] = (
                0.0  # fenced off at the next look: the zygote may have read it before it died
            )
            log.warning("run %s: the zygote died before it answered", run.pk)
            self.kick.set()
            return
        names = [instance for instance, *_ in spec.plugins]
        log.debug("handed over run=%s attempt=%s plugins=%s", run.pk, run.attempt, names)

    def _pass_on_cancels(self) -> None:
        """The keeper looks at its folder; a signal makes it look now. A run not yet started never begins."""
        asked = Run.objects.active().filter(owner=self.owner, cancel_requested_at__isnull=False)
        for run in asked.exclude(status=Status.STOPPING):
            folder = services.run_dir(run)
            if folder.stop_request() is None:
                folder.ask_to_stop(run.cancel_reason)
            if run.status == Status.RUNNING:
                run.move(Status.STOPPING, expect=[Status.RUNNING])
            started = folder.started() or {}
            if "pid" in started:
                backend().wake(Identity.of(started))

    # ---- the ends

    def collect(self) -> None:
        """Gather the keepers' notices of 20 ms and more into one transaction."""
        waited, self._begun = self._begun, {}
        heard = self.keepers.wait(BATCH if waited else 0.5)
        if not (heard or waited):
            return
        notices = self._gathered() if heard else []
        began = time.monotonic()
        started = {one["run"]: (one["attempt"], one["at"]) for one in notices if one["kind"] == "started"}
        ended = {one["run"]: one["attempt"] for one in notices if one["kind"] == "ended"}
        gone = {
            one["run"]: one["attempt"] for one in notices if one["kind"] == "gone" and one["run"] not in ended
        }
        if self._all_taken:
            self._begun = {run: facts for run, facts in started.items() if run not in ended}
            started = {}
        news = {run: facts for run, facts in {**waited, **started}.items() if run not in ended}
        told = [Run.of_attempt(run, attempt, self.owner) for run, attempt in ended.items()]
        finished = finish_all(told, news, self.owner, recorded=self.kick.set)  # there is room for others
        self._took = time.monotonic() - began if len(finished) > 1 else 0.0
        for run in finished:
            self._seen.pop(run.pk, None)
        if news:
            self.kick.set()  # and on the way to the keepers
        for run in self._own(gone):
            self._settle(run)

    def _gathered(self) -> list[dict[str, Any]]:
        """As much as comes within a batch's time; but while runs wait for slots, only until half of those are free, unless a
        batch is dear: on PostgreSQL twice as many of half the size cost a storm a tenth, on SQLite they spare it one."""
        until = time.monotonic() + min(max(BATCH, 2 * self._took), LONGEST_BATCH)
        enough = self.slots // 2 if self._all_taken and self._took < BATCH / 2 else self.slots
        notices = self.keepers.heard()
        while (left := until - time.monotonic()) > 0 and _ended(notices) < enough:
            time.sleep(min(LOOK_FOR_NEWS, left))
            notices += self.keepers.heard()
        return notices

    def _own(self, attempts: dict[int, int]) -> list[Run]:
        """Own active runs that are still in the attempt of which the news speaks."""
        runs = Run.objects.active().lean().filter(pk__in=attempts, owner=self.owner) if attempts else ()
        return [run for run in runs if run.attempt == attempts[run.pk]]

    # ---- recovery

    def mend(self) -> None:
        """Once a second: runs of dead owners, own runs of which nothing was heard, and homes that are not heard."""
        if release_reservations():
            self.kick.set()
        for run in orphans(self.owner):
            fate = self._recovered(run)
            if fate not in (Fate.UNDECIDED, Fate.SWEEPING):
                log.warning("run %s of %s: %s", run.pk, run.job_name, fate.value)
                self.kick.set()
        own = Run.objects.active().filter(owner=self.owner)
        quiet = [pk for pk, status in own.values_list("pk", "status") if self._is_quiet(pk, status)]
        for run in own.lean().filter(pk__in=quiet) if quiet else ():
            self._settle(run)
        services.tell_silence()

    def _is_quiet(self, run_id: int, status: str) -> bool:
        """Whether nothing was heard of it for longer than usual."""
        since = time.monotonic() - self._seen.setdefault(run_id, time.monotonic())
        return since > (SLOW_START if status == Status.CLAIMED else SETTLED)

    def _recovered(self, run: Run) -> Fate:
        """One run that cannot be decided (its folder, its files) must not keep the others waiting."""
        try:
            return recover(run, self.owner, self.keepers.start, self._sweeps)
        except BrokenPipeError:
            log.warning("run %s: its clean-up waits for the next zygote", run.pk)
            return Fate.UNDECIDED
        except (OSError, LookupError, ValueError, TypeError, DataError):
            log.exception("run %s cannot be recovered; trying again", run.pk)
            return Fate.UNDECIDED

    def _settle(self, run: Run) -> None:
        """An own run: finish it, leave it with its living keeper, or recover it."""
        if keeper_lives(services.run_dir(run)) and services.run_dir(run).result() is None:
            if run.status == Status.CLAIMED:
                started = services.run_dir(run).started() or {}
                note_started({run.pk: (run.attempt, started.get("at", time.time()))}, self.owner)
            return
        fate = self._recovered(run)
        if fate in (Fate.FINISHED, Fate.LOST, Fate.REQUEUED):
            self._seen.pop(run.pk, None)
            self.kick.set()


def _ended(notices: list[dict[str, Any]]) -> int:
    return sum(notice["kind"] == "ended" for notice in notices)
