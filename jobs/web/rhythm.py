"""A schedule as a sentence in the reader's language. The row keeps the English one, for the API."""

from __future__ import annotations

from django.utils.translation import get_language, gettext

from jobs import services
from jobs.models import Schedule
from jobs.services.planned import Planned
from jobs.timing.plan import Timing
from jobs.timing.speech import spoken
from jobs.timing.words import describe


def rhythm(schedule: Schedule | Planned | Timing, zone: str) -> str:
    """`Every day at 04:30`; with the schedule's zone where that is not the reader's.

    zone: the reader's. Told anew from the rule where that is not the server's, or the reader does not read English.
    """
    if zone == services.default_zone() and (get_language() or "en").startswith("en"):
        return schedule.text
    with spoken(gettext):
        return describe(schedule.trigger, schedule.spec, schedule.timezone, zone)
