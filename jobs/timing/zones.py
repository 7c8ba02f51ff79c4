"""Time zones as stretches of one offset, and where a wall clock jumps between them.

A wall time is a naive datetime: what a clock on a wall of that zone shows.
"""

from __future__ import annotations

import logging
import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from plugins.exceptions import BadInput, Problem
from plugins.words import near, shown

FIRST_YEAR, LAST_YEAR = 1970, 2199
TICK = timedelta(microseconds=1)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)

# No zone of the database changes twice within 6 days (checked for 1970-2100), so no change slips through.
SAMPLE = 4 * DAY
MARGIN = 8 * DAY


@dataclass(frozen=True, slots=True)
class Stretch:
    """[start, end) in UTC, in which the zone keeps one offset."""

    start: datetime
    end: datetime
    offset: timedelta


class Gap(NamedTuple):
    """Wall times [opens, closes) that no clock of the zone shows, and the moment of the jump."""

    opens: datetime
    closes: datetime
    moment: datetime


@cache
def names() -> frozenset[str]:
    """The zones a user may name. `localtime` and `Factory` are files, not places."""
    return frozenset(zoneinfo.available_timezones() - {"localtime", "Factory", "posixrules"})


@cache
def zone_of(name: str) -> ZoneInfo:
    """Raises BadInput for a name that is not (or no longer) in the zone database."""
    if name not in names():
        raise BadInput(unknown_zone("timezone", name))
    return ZoneInfo(name)


def unknown_zone(field: str, name: str) -> Problem:
    meant = _meant(name)
    hint = f"did you mean {meant}?" if meant else f"{shown(name)} is not in the zone database"
    return Problem(field, "unknown_zone", f"unknown time zone, {hint}", meant or "Europe/Berlin")


def _meant(name: str) -> str | None:
    """Europe/Berlin for `berlin`, `europe/berlin`, `Europe/Berln`."""
    wanted = name[:64].strip().replace(" ", "_").casefold()
    cities = (zone for zone in sorted(names()) if zone.rpartition("/")[2].casefold() == wanted)
    return next(cities, None) or near(wanted, sorted(names()))


def host_zone() -> str:
    """The zone of this machine by name, UTC when it has none that the zone database knows."""
    import tzlocal  # reads files of the machine: only when asked

    try:
        name = tzlocal.get_localzone_name()
    except (LookupError, ValueError, OSError) as error:
        logging.getLogger("mxx.timing").warning("the host's time zone cannot be told, using UTC: %s", error)
        return "UTC"
    return name if name in names() else "UTC"


def stretch_at(zone: str, moment: datetime) -> Stretch:
    """The stretch that contains the moment. Its borders are true ones where they are within 8 days."""
    stretches = _stretches(zone, moment.year)
    return next(stretch for stretch in stretches if moment < stretch.end)


@lru_cache(maxsize=4096)
def _stretches(zone: str, year: int) -> tuple[Stretch, ...]:
    """Those of one year and a margin at both ends. About 60 us, then cached."""
    start = datetime(year, 1, 1, tzinfo=UTC) - MARGIN
    end = datetime(year + 1, 1, 1, tzinfo=UTC) + MARGIN
    borders = [start, *_changes(zone, start, end), end]
    return tuple(Stretch(opens, closes, offset_at(zone, opens)) for opens, closes in pairwise(borders))


def _changes(zone: str, start: datetime, end: datetime) -> Iterator[datetime]:
    before = start
    while before < end:
        after = min(before + SAMPLE, end)
        if offset_at(zone, before) != offset_at(zone, after):
            yield _change_between(zone, before, after)
        before = after


def _change_between(zone: str, before: datetime, after: datetime) -> datetime:
    """Bisects to the second: the first moment with the new offset."""
    old = offset_at(zone, before)
    while after - before > SECOND:
        middle = before + (after - before) // (2 * SECOND) * SECOND
        before, after = (middle, after) if offset_at(zone, middle) == old else (before, middle)
    return after


def offset_at(zone: str, moment: datetime) -> timedelta:
    offset = moment.astimezone(zone_of(zone)).utcoffset()
    assert offset is not None
    return offset


def changes(zone: str, start: datetime, end: datetime) -> Iterator[tuple[datetime, timedelta]]:
    """The moments in (start, end] at which the clock jumps, and by how much."""
    border = stretch_at(zone, start).end
    while border <= end:
        after = stretch_at(zone, border)
        jump = after.offset - offset_at(zone, border - SECOND)
        if jump:
            yield border, jump
        border = after.end


def jump_into(zone: str, stretch: Stretch) -> timedelta:
    """By how much the clock jumped where the stretch begins: above zero forward, below zero back."""
    return stretch.offset - offset_at(zone, stretch.start - SECOND)


def wall_at(zone: str, moment: datetime) -> datetime:
    return moment.astimezone(zone_of(zone)).replace(tzinfo=None, fold=0)


def locate(zone: str, wall: datetime) -> tuple[datetime, Gap | None]:
    """The moment of a wall time: the first one in a fold, right after the jump in a gap (which is told)."""
    moment = wall.replace(tzinfo=zone_of(zone), fold=0).astimezone(UTC)
    if wall_at(zone, moment) == wall:
        return moment, None
    after = stretch_at(zone, moment)
    closes = wall_at(zone, after.start)
    return after.start, Gap(closes - jump_into(zone, after), closes, after.start)


def fold_end(zone: str, moment: datetime) -> datetime | None:
    """Inside the second pass of a fold: the wall time where the repeated hour is over. Else None."""
    if not moment.astimezone(zone_of(zone)).fold:
        return None
    after = stretch_at(zone, moment)
    return wall_at(zone, after.start) - jump_into(zone, after)
