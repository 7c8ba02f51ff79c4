"""When a schedule is due: four triggers that answer `after` and `due`, and the bounds around them.

All moments are aware and in UTC. Nothing here enumerates from the past: years of downtime cost milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice, takewhile
from typing import Protocol

from jobs.timing import zones
from jobs.timing.cron import read_expression
from jobs.timing.walls import walls_after, walls_before
from jobs.timing.zones import DAY, SECOND, TICK

END_OF_TIME = datetime(zones.LAST_YEAR + 1, 1, 1, tzinfo=UTC)

COUNTED = 1000
"""So many cron moments are counted one by one; about 5 ms."""


@dataclass(frozen=True)
class Due:
    """How many moments were due, and the newest of them in ascending order. Not exact: there were more."""

    count: int
    exact: bool
    moments: list[datetime]


class Trigger(Protocol):
    def after(self, moment: datetime) -> datetime | None:
        """The first due moment strictly after this one."""

    def due(self, first: datetime, until: datetime, cap: int) -> Due:
        """The due moments in [first, until], at most the `cap` newest of them by name."""

    def at_start(self, started: datetime) -> datetime | None:
        """When to run after MXX started at this moment; None for all but startup schedules."""

    @property
    def follows_real_time(self) -> bool:
        """Every so often, rather than at a time of day: so also when the clock shows an hour for the second time."""


@dataclass(frozen=True, slots=True)
class CronTrigger:
    """Debian cron's rule at clock changes.

    A fixed time of day runs once on each matching local day: in a gap right after it, in a fold the first time.
    An expression whose minute or hour starts with `*` follows real time: through a fold twice, through a gap not at all.
    both_days: day of month AND day of week (the prototype's field form), where cron says OR.
    """

    expression: str
    timezone: str = "UTC"
    both_days: bool = False

    def after(self, moment: datetime) -> datetime | None:
        moment = moment.astimezone(UTC)
        found = self._real_after(moment) if self.follows_real_time else self._fixed_after(moment)
        return found if found is not None and found < END_OF_TIME else None

    def due(self, first: datetime, until: datetime, cap: int) -> Due:
        limit = max(COUNTED, cap)
        newest = takewhile(lambda moment: moment >= first, self._back_from(until))
        moments = list(islice(newest, limit + 1))
        kept = moments[: min(cap, limit)]
        return Due(min(len(moments), limit), len(moments) <= limit, kept[::-1])

    def at_start(self, started: datetime) -> datetime | None:
        return None

    def _back_from(self, until: datetime) -> Iterator[datetime]:
        """Due moments at or before `until`, newest first."""
        until = until.astimezone(UTC)
        return self._real_back_from(until) if self.follows_real_time else self._fixed_back_from(until)

    @property
    def follows_real_time(self) -> bool:
        return read_expression(self.expression).follows_real_time

    def _fixed_after(self, moment: datetime) -> datetime | None:
        wall = zones.wall_at(self.timezone, moment).replace(microsecond=0)
        repeated_until = zones.fold_end(self.timezone, moment)
        if repeated_until is not None:
            wall = repeated_until - SECOND
        for match in walls_after(self.expression, self.both_days, wall):
            found = self._fixed_moment(match)
            if found is not None and found > moment:
                return found
        return None

    def _fixed_back_from(self, until: datetime) -> Iterator[datetime]:
        wall = zones.wall_at(self.timezone, until).replace(microsecond=0) + SECOND
        wall = zones.fold_end(self.timezone, until) or wall
        newer = None
        for match in walls_before(self.expression, self.both_days, wall):
            found = self._fixed_moment(match)
            if found is not None and found != newer:
                yield found
                newer = found

    def _fixed_moment(self, wall: datetime) -> datetime | None:
        """None for a day that a zone skipped whole when it crossed the date line."""
        moment, gap = zones.locate(self.timezone, wall)
        return None if gap and gap.closes - gap.opens >= DAY else moment

    def _real_after(self, moment: datetime) -> datetime | None:
        earliest = moment.replace(microsecond=0) + SECOND
        while earliest < END_OF_TIME:
            stretch = zones.stretch_at(self.timezone, earliest)
            wall = _naive(earliest) + stretch.offset - SECOND
            match = next(walls_after(self.expression, self.both_days, wall), None)
            if match is None:
                return None
            found = (match - stretch.offset).replace(tzinfo=UTC)
            if found < stretch.end:
                return found
            earliest = _hop(earliest, stretch.end, found)
        return None

    def _real_back_from(self, until: datetime) -> Iterator[datetime]:
        latest = until.replace(microsecond=0)
        while latest.year >= zones.FIRST_YEAR:
            stretch = zones.stretch_at(self.timezone, latest)
            wall = _naive(latest) + stretch.offset + SECOND
            for match in walls_before(self.expression, self.both_days, wall):
                found = (match - stretch.offset).replace(tzinfo=UTC)
                if found < stretch.start:
                    break
                yield found
                latest = found
            else:
                return
            latest = _hop_back(latest, stretch.start - SECOND, found)


def _naive(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None)


def _hop(earliest: datetime, change: datetime, found: datetime) -> datetime:
    """Where to search on when the match lies behind a change of offset.

    A change turns the clock back by a day at most, so what is farther away than that repeats no wall time that was
    searched already: one hop to just before the match, instead of one search a stretch.
    """
    return change if change - earliest <= 2 * DAY else max(change, found - 2 * DAY)


def _hop_back(latest: datetime, change: datetime, found: datetime) -> datetime:
    """The same backwards. latest: the oldest match of the stretch, for between it and the change none was found: a match
    near the change may have a first pass before it."""
    return change if latest - change <= 2 * DAY else min(change, found + 2 * DAY)


@dataclass(frozen=True, slots=True)
class IntervalTrigger:
    """A fixed grid: anchor + every, anchor + 2 * every, ... The anchor itself is not due."""

    every: timedelta
    anchor: datetime

    def after(self, moment: datetime) -> datetime | None:
        found = self.anchor + max(1, (moment - self.anchor) // self.every + 1) * self.every
        return found if found < END_OF_TIME else None

    def due(self, first: datetime, until: datetime, cap: int) -> Due:
        oldest = max(1, -((self.anchor - first) // self.every))
        newest = (until - self.anchor) // self.every
        count = max(0, newest - oldest + 1)
        kept = range(newest - min(count, cap) + 1, newest + 1)
        return Due(count, True, [self.anchor + number * self.every for number in kept])

    @property
    def follows_real_time(self) -> bool:
        return True

    def at_start(self, started: datetime) -> datetime | None:
        return None


@dataclass(frozen=True, slots=True)
class DateTrigger:
    """Once."""

    moment: datetime

    def after(self, moment: datetime) -> datetime | None:
        return self.moment if self.moment > moment else None

    def due(self, first: datetime, until: datetime, cap: int) -> Due:
        here = first <= self.moment <= until
        return Due(int(here), True, [self.moment] if here and cap > 0 else [])

    @property
    def follows_real_time(self) -> bool:
        return False

    def at_start(self, started: datetime) -> datetime | None:
        return None


@dataclass(frozen=True, slots=True)
class StartupTrigger:
    """A while after MXX started; never due by the clock."""

    delay: timedelta

    def after(self, moment: datetime) -> datetime | None:
        return None

    def due(self, first: datetime, until: datetime, cap: int) -> Due:
        return Due(0, True, [])

    @property
    def follows_real_time(self) -> bool:
        return False

    def at_start(self, started: datetime) -> datetime | None:
        return started + self.delay


@dataclass(frozen=True, slots=True)
class Bounded:
    """Another trigger from `start` to `end` (both included), without its blackouts.

    blackouts: [from, to), ascending and apart from each other (`apart` makes them so).
    """

    inner: Trigger
    start: datetime | None = None
    end: datetime | None = None
    blackouts: tuple[tuple[datetime, datetime], ...] = ()

    def after(self, moment: datetime) -> datetime | None:
        if self.start is not None and moment < self.start:
            moment = self.start - TICK
        while (found := self.inner.after(moment)) is not None and not self._is_over(found):
            over = self._blacked_out_until(found)
            if over is None:
                return found
            moment = over - TICK
        return None

    def due(self, first: datetime, until: datetime, cap: int) -> Due:
        count, exact, moments = 0, True, list[datetime]()
        for opens, closes in reversed(self._open_spans(first, until)):
            part = self.inner.due(opens, closes, cap - len(moments))
            count, exact = count + part.count, exact and part.exact
            moments = part.moments + moments
            if not exact:
                break
        return Due(count, exact, moments)

    @property
    def follows_real_time(self) -> bool:
        return self.inner.follows_real_time

    def at_start(self, started: datetime) -> datetime | None:
        found = self.inner.at_start(started)
        if found is None or self._is_over(found) or (self.start is not None and found < self.start):
            return None
        return found if self._blacked_out_until(found) is None else None

    def _is_over(self, moment: datetime) -> bool:
        return self.end is not None and moment > self.end

    def _blacked_out_until(self, moment: datetime) -> datetime | None:
        return next((closes for opens, closes in self.blackouts if opens <= moment < closes), None)

    def _open_spans(self, first: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
        """[first, until] within the bounds, cut where the blackouts are; both ends included."""
        opens = max(first, self.start or first)
        last = min(until, self.end or until)
        spans = []
        for black_from, black_to in self.blackouts:
            spans.append((opens, min(last, black_from - TICK)))
            opens = max(opens, black_to)
        return [(a, b) for a, b in [*spans, (opens, last)] if a <= b]


def going_on(trigger: Trigger, since: datetime, until: datetime) -> Trigger:
    """The same while the clock, which was set back, shows the time up to `until` again: a grid whose anchor lies ahead of
    `since` but not of `until` had begun already."""
    if isinstance(trigger, Bounded):
        return replace(trigger, inner=going_on(trigger.inner, since, until))
    if isinstance(trigger, IntervalTrigger) and since < trigger.anchor <= until:
        return replace(trigger, anchor=since - (since - trigger.anchor) % trigger.every - trigger.every)
    return trigger


def apart(spans: list[tuple[datetime, datetime]]) -> tuple[tuple[datetime, datetime], ...]:
    """The same spans ascending, those that touch or overlap made one."""
    merged: list[tuple[datetime, datetime]] = []
    for opens, closes in sorted(spans):
        if merged and opens <= merged[-1][1]:
            opens, closes = merged[-1][0], max(merged.pop()[1], closes)
        merged.append((opens, closes))
    return tuple(merged)
