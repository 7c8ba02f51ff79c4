"""Who looks at live runs: whether they still may, and how the runs stand, asked once for all of them.

A page of a live run asks every second. Two hundred would ask the database a thousand times a second who they are, what they
may, and whether the run is still running. Instead the gate is passed as by everybody (session, user, permission), which is
remembered for PASS_LASTS; and all that is remembered is compared with the database, for everybody in three statements, before
it counts for longer than FRESH. Whoever logs out, loses their role or gets another password is let in no longer than that.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import NamedTuple

from django.contrib.auth.models import User
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session

from jobs.models import ENDED, Run
from jobs.services.entrance import seconds_left
from jobs.timing import clock

VIEW = "jobs.view_run"
FRESH, PASS_LASTS, LOOKED_AT = 0.5, 600.0, 5.0
"""Seconds. PASS_LASTS: and at least half of that, so that those who came together do not come again together; then the session
is told that it is in use. LOOKED_AT: since somebody asked for the run last."""
MOST = 400
"""Sessions, and runs, that are remembered: each is a parameter of a statement. The others go the long way."""


STANDING = ("attempt", "status", "cancel_requested_at", "queued_at")


class Standing(NamedTuple):
    """How a live run stands. queued_at: of another run that was given the same id it is another."""

    attempt: int
    status: str
    asked_to_stop: bool
    queued_at: datetime

    @property
    def told(self) -> str:
        """What a page of it says that it knows. Once it is another, all of the page is told anew, with its buttons."""
        return f"{self.status}, to stop" if self.asked_to_stop else self.status


@dataclass(frozen=True)
class _Pass:
    """What the gate's answer hung on: none of it has changed as long as these are the same."""

    session: str
    user: int
    password: str
    ends: float


def standing_of(run: Run) -> Standing:
    return Standing(run.attempt, run.status, run.cancel_requested_at is not None, run.queued_at)


class Onlookers:
    """Any number of threads; who finds it stale asks, and the others wait for that."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._asked_at = 0.0
        self._passes: dict[str, _Pass] = {}
        self._runs: dict[int, Standing | None] = {}
        self._wanted: dict[int, float] = {}

    def let_in(self, session: SessionBase, user: User, run: Run) -> None:
        """The gate has let them in, to see runs. The run is asked for anew at the next look."""
        key, now = session.session_key or "", time.monotonic()
        stored = Session.objects.filter(pk=key).values_list("session_data", flat=True).first()
        lasts = min(PASS_LASTS * random.uniform(0.5, 1), seconds_left(session))
        with self._lock:
            self._runs.pop(run.pk, None)
            if len(self._passes) >= MOST:
                self._passes = {key: one for key, one in self._passes.items() if one.ends > now}
            if stored is not None and len(self._passes) < MOST:
                self._passes[key] = _Pass(stored, user.pk, user.password, now + lasts)

    def standing(self, session_key: str, run_id: int) -> Standing | None:
        """Of a live run that this session may see; None: the gate has to say, or the run is over."""
        now = time.monotonic()
        with self._lock:
            if session_key in self._passes and now - self._asked_at > FRESH:
                self._ask(now)
            if session_key not in self._passes or not self._remembers(run_id, now):
                return None
            if run_id not in self._runs:
                self._ask(now)
            return self._runs[run_id] if session_key in self._passes else None

    def _remembers(self, run_id: int, now: float) -> bool:
        if run_id not in self._wanted and len(self._wanted) >= MOST:
            return False
        self._wanted[run_id] = now
        return True

    def _ask(self, now: float) -> None:
        known, self._passes, self._runs = self._passes, {}, {}
        self._wanted = {pk: at for pk, at in self._wanted.items() if now - at < LOOKED_AT}
        passes = {key: one for key, one in known.items() if one.ends > now}
        self._runs = _standings([*self._wanted])
        self._passes = _that_hold(passes)
        self._asked_at = now


def _that_hold(passes: dict[str, _Pass]) -> dict[str, _Pass]:
    living = Session.objects.filter(pk__in=[*passes], expire_date__gt=clock.now())
    stored = dict(living.values_list("pk", "session_data"))
    users = User.objects.with_perm(VIEW).filter(pk__in={one.user for one in passes.values()})
    passwords = dict(users.values_list("pk", "password"))
    return {
        key: one
        for key, one in passes.items()
        if (stored.get(key), passwords.get(one.user)) == (one.session, one.password)
    }


def _standings(wanted: list[int]) -> dict[int, Standing | None]:
    """None for one that is over, or is not there."""
    living = Run.objects.filter(pk__in=wanted).exclude(status__in=ENDED)
    found = {run.pk: standing_of(run) for run in living.only(*STANDING)}
    return {pk: found.get(pk) for pk in wanted}


_onlookers = Onlookers()
let_in = _onlookers.let_in
standing_for = _onlookers.standing
