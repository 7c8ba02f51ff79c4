"""A schedule as a sentence in the reader's language. The row keeps the English one, for the API."""

from __future__ import annotations

from django.utils.translation import get_language, gettext

from jobs import services
from jobs.models import Schedule
from jobs.services.planned import Planned
from jobs.timing.speech import spoken
from jobs.timing.words import describe


def rhythm(schedule: Schedule | Planned) -> str:
    """`Every day at 04:30`; told anew from the rule where the reader does not read English."""
    if (get_language() or "en").startswith("en"):
        return schedule.text
    with spoken(gettext):
        return describe(schedule.trigger, schedule.spec, schedule.timezone, services.default_zone())
