"""Quiet: no schedule starts a run until a moment comes. Everything that was due meanwhile is told afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction

from jobs.exceptions import Conflict
from jobs.models import Quiet, Token
from jobs.services.access import may
from jobs.services.announce import announce
from jobs.services.audit import record
from jobs.services.people import Caller, person
from jobs.timing import clock, zones
from plugins.exceptions import BadInput, Problem

LONGEST = timedelta(days=366)
RESUME = "jobs.delete_quiet"
"""Who may end the pause after a restore: admins."""


def quiet_now() -> Quiet | None:
    """The quiet time that goes on; None: schedules start runs."""
    return Quiet.objects.going_on(clock.now())


def starts_from(quiet: Quiet | None, now: datetime) -> datetime | None:
    """From when on schedules start runs: now, or the end of the quiet time; None while it has none."""
    if quiet is None:
        return now
    return None if quiet.is_open else quiet.until


def check_quiet_end(until: datetime, *, zone: str = "UTC") -> None:
    """Raises BadInput for a moment that is not ahead, or too far. zone: in which the refusal is told."""
    now = clock.now()
    if not now < until <= now + LONGEST:
        example = f"{zones.wall_at(zone, now + timedelta(hours=2)):%Y-%m-%dT%H:%M:00}"
        what = "is not ahead" if until <= now else f"is more than {LONGEST.days} days ahead"
        told = f"{zones.wall_at(zone, until):%Y-%m-%d %H:%M} {zone} {what}"
        raise BadInput(Problem("until", "range", told, example + "Z" * (zone == "UTC")))


@transaction.atomic
def begin_quiet(*, until: datetime, by: Caller = None, zone: str = "UTC") -> Quiet:
    """From now on; one that goes on gets this end. Raises BadInput (told in the zone), and Conflict after a restore."""
    check_quiet_end(until, zone=zone)
    now = clock.now()
    quiet = Quiet.objects.select_for_update().going_on(now) or Quiet(since=now)
    if quiet.is_open:
        raise Conflict(f"nothing starts anyway: {quiet.why}; resume first", field="until")
    quiet.until, quiet.asked_by = until, person(by)
    quiet.save()
    record("quiet.begun", "", until=until.isoformat())
    announce()
    return quiet


@transaction.atomic
def end_quiet(*, by: Caller, token: Token | None = None) -> bool:
    """Schedules count again at once. False: it was not quiet. Raises PermissionDenied: after a restore admins resume."""
    now = clock.now()
    quiet = quiet_now()
    if quiet and quiet.is_open and not may(by, RESUME, token):
        raise PermissionDenied(f"{quiet.why}: an admin resumes")
    ended = Quiet.objects.filter(since__lte=now, until__gt=now).update(until=now)
    if ended:
        record("quiet.ended")
    announce()
    return bool(ended)
