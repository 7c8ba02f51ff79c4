"""The days that a calendar shows: one, or a week from its Monday; and the way to the days before and after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self
from urllib.parse import urlencode

from django.utils import dateformat
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from jobs.web.viewer import Viewer

FIRST_YEAR, LAST_YEAR = 1990, 2190


@dataclass(frozen=True)
class Span:
    """first: the first day; days: 1 or 7. tag, pool: what is looked at only; "" for all."""

    first: date
    days: int
    tag: str = ""
    pool: str = ""

    @classmethod
    def read(cls, viewer: Viewer, *, day: str, week: str, tag: str, pool: str) -> Self:
        """What cannot be is this week: an old bookmark still shows a calendar."""
        today = viewer.local(viewer.now).date()
        found = _day(day)
        if found:
            return cls(found, 1, tag, pool)
        return cls(_monday(_week(week) or today), 7, tag, pool)

    def dates(self) -> list[date]:
        return [self.first + timedelta(days=number) for number in range(self.days)]

    def bounds(self, viewer: Viewer) -> tuple[datetime, datetime]:
        """[from, until) in UTC."""
        return viewer.begin(self.first), viewer.begin(self.first + timedelta(days=self.days))

    def holds(self, day: date) -> bool:
        return self.first <= day < self.first + timedelta(days=self.days)

    def title(self) -> str:
        last = self.first + timedelta(days=self.days - 1)
        if self.days == 1:
            return dateformat.format(self.first, pgettext("date", "l j F Y"))
        same = (self.first.year, self.first.month) == (last.year, last.month)
        first_form = pgettext("first day of several in one month", "j") if same else pgettext("date", "j F")
        last_form = pgettext("last day of several in one month", "j F") if same else pgettext("date", "j F")
        begin, end = dateformat.format(self.first, first_form), dateformat.format(last, last_form)
        return _("%(first)s to %(last)s") % {"first": begin, "last": end}

    # ---- addresses

    def url(self, *, first: date | None = None, days: int | None = None, **changed: str) -> str:
        """The same with something else."""
        first, days = first or self.first, days or self.days
        when = {"day": first.isoformat()} if days == 1 else {"week": _week_name(first)}
        kept = {"tag": self.tag, "pool": self.pool, **changed}
        return "?" + urlencode({**when, **{name: value for name, value in kept.items() if value}})

    def before(self) -> str:
        return self.url(first=self.first - timedelta(days=self.days))

    def after(self) -> str:
        return self.url(first=self.first + timedelta(days=self.days))


def _week_name(day: date) -> str:
    year, week, _weekday = day.isocalendar()
    return f"{year}-W{week:02}"


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _day(text: str) -> date | None:
    """From 2026-10-21."""
    try:
        found = date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
    return found if found and FIRST_YEAR <= found.year <= LAST_YEAR else None


def _week(text: str) -> date | None:
    """The Monday of 2026-W43."""
    year, _w, week = text.partition("-W")
    if not (year.isascii() and year.isdigit() and week.isascii() and week.isdigit() and len(text) == 8):
        return None
    try:
        found = date.fromisocalendar(int(year), int(week), 1)
    except ValueError:
        return None
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else None
