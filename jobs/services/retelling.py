"""The stored sentence of a schedule names its zone where that is not the server's: told anew when the server's was changed."""

from __future__ import annotations

from django.db import transaction

from jobs.models import Schedule
from jobs.models.schedule import ScheduleQuerySet
from jobs.services.drafts import default_zone
from jobs.timing import zones
from jobs.timing.words import ZONED, describe, zone_name


@transaction.atomic
def retell_schedules() -> int:
    """At a start of MXX; returns how many. One look at the table, however many zones and schedules there are."""
    here = default_zone()
    rows = Schedule.objects.filter(trigger__in=ZONED)
    stored = set(rows.order_by().values_list("timezone", flat=True).distinct()) & zones.names()
    told = [row for zone in sorted(stored) for row in _mistold(rows.filter(timezone=zone), zone, here)]
    for row in told:
        row.text = describe(row.trigger, row.spec, row.timezone, here)
    Schedule.objects.bulk_update(told, ["text"], batch_size=500)
    return len(told)


def _mistold(rows: ScheduleQuerySet, zone: str, here: str) -> ScheduleQuerySet:
    named = {"text__contains": f", {zone_name(zone)}"}
    return (rows.filter(**named) if zone == here else rows.exclude(**named)).select_for_update()
