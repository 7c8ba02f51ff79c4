"""Quiet: no schedule starts a run until a moment comes. Everything that was due meanwhile is told afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from jobs.models import Quiet
from jobs.services.announce import announce
from jobs.services.audit import record
from jobs.services.people import Caller, person
from jobs.timing import clock
from plugins.exceptions import BadInput, Problem

LONGEST = timedelta(days=366)


def quiet_now() -> Quiet | None:
    """The quiet time that goes on; None: schedules start runs."""
    return Quiet.objects.going_on(clock.now())


def check_quiet_end(until: datetime) -> None:
    """Raises BadInput for a moment that is not ahead, or too far."""
    now = clock.now()
    if not now < until <= now + LONGEST:
        example = (now + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:00Z")
        what = "is not ahead" if until <= now else f"is more than {LONGEST.days} days ahead"
        raise BadInput(Problem("until", "range", f"{until:%Y-%m-%d %H:%M} UTC {what}", example))


@transaction.atomic
def begin_quiet(*, until: datetime, by: Caller = None) -> Quiet:
    """From now on; one that goes on gets this end. Raises BadInput."""
    check_quiet_end(until)
    now = clock.now()
    quiet = Quiet.objects.select_for_update().going_on(now) or Quiet(since=now)
    quiet.until, quiet.asked_by = until, person(by)
    quiet.save()
    record("quiet.begun", "", until=until.isoformat())
    announce()
    return quiet


@transaction.atomic
def end_quiet() -> bool:
    """Schedules count again at once. False: it was not quiet."""
    now = clock.now()
    ended = Quiet.objects.filter(since__lte=now, until__gt=now).update(until=now)
    if ended:
        record("quiet.ended")
    announce()
    return bool(ended)
