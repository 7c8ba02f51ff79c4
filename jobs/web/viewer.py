"""Times as one person reads them: in a zone, from a moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils import dateformat
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from jobs.web.words import took

TAG = '<time datetime="{}" title="{}">{}</time>'


@dataclass(frozen=True)
class Viewer:
    zone: ZoneInfo
    now: datetime

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone)

    def epoch(self, seconds: float) -> datetime:
        return datetime.fromtimestamp(seconds, UTC)

    def days_away(self, moment: datetime) -> int:
        """Calendar days from today; negative in the past."""
        return (self.local(moment).date() - self.local(self.now).date()).days

    # ---- text

    def clock(self, moment: datetime, *, seconds: bool = False) -> str:
        return self.local(moment).strftime("%H:%M:%S" if seconds else "%H:%M")

    def day(self, moment: datetime) -> str:
        """`today`, `tomorrow`, `Mon` in the last week, else `Mon 26 Oct`."""
        away = self.days_away(moment)
        near = {0: _("today"), 1: _("tomorrow"), -1: _("yesterday")}
        if away in near:
            return near[away]
        day = (self.local(moment).date(), get_language())
        if day[0].year != self.local(self.now).year:
            return _written(pgettext("date", "j M Y"), *day)
        return _written("D" if -7 < away < 0 else pgettext("date", "D j M"), *day)

    def exactly(self, moment: datetime) -> str:
        """For a title: everything, with the zone."""
        local, pattern = self.local(moment), pgettext("date", "l j F Y, H:i:s")
        before, _hour, after = pattern.partition("H:i:s")
        day = (local.date(), get_language())
        return f"{_written(before, *day)}{local:%H:%M:%S}{_written(after, *day)} {self.zone.key}"

    def away(self, moment: datetime) -> str:
        """`in 14 h 10`, `9 h ago`."""
        seconds = (moment - self.now).total_seconds()
        if seconds >= 0:
            return _("in %(time)s") % {"time": self._roughly(seconds)}
        return _("%(time)s ago") % {"time": self._roughly(-seconds)}

    def _roughly(self, seconds: float) -> str:
        """Minutes do not matter ten hours away, and parts of a second never do."""
        if seconds >= 4 * 3600 and seconds < 2 * 86400:
            return _("%(h)d h") % {"h": round(seconds / 3600)}
        return took(max(1.0, seconds))

    # ---- <time>, exact on hover

    def tag(self, moment: datetime, text: str) -> SafeString:
        iso = moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return format_html(TAG, iso, self.exactly(moment), text)

    def clock_tag(self, moment: datetime, *, seconds: bool = False) -> SafeString:
        return self.tag(moment, self.clock(moment, seconds=seconds))

    def second_tag(self, seconds: float) -> SafeString:
        """As clock_tag with seconds, of an epoch time: for the lines of a log, of which many share a second."""
        text, title = _second(self.zone, int(seconds), get_language())
        iso = self.epoch(seconds).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return format_html(TAG, iso, title, text)

    def short_tag(self, moment: datetime) -> SafeString:
        """The hour today, the day and the hour before and after."""
        text = self.clock(moment)
        return self.tag(moment, text if self.days_away(moment) == 0 else f"{self.day(moment)} {text}")

    def day_clock_tag(self, moment: datetime) -> SafeString:
        """`today 16:00`, `tomorrow 04:30`, `Mon 26 Oct 14:00`."""
        return self.tag(moment, f"{self.day(moment)} {self.clock(moment)}")

    def away_tag(self, moment: datetime) -> SafeString:
        return self.tag(moment, self.away(moment))

    def midnight(self, moment: datetime, days: int = 0) -> datetime:
        """The moment at which the local day of `moment` (plus days) begins."""
        return self.begin(self.local(moment).date() + timedelta(days=days))

    def begin(self, day: date) -> datetime:
        """The moment at which this local day begins."""
        return datetime(day.year, day.month, day.day, tzinfo=self.zone).astimezone(UTC)


@lru_cache(maxsize=1024)
def _written(pattern: str, day: date, language: str | None) -> str:
    """In the language that is spoken: a page tells a hundred moments of three days, and each costs Django 50 us."""
    return dateformat.format(day, pattern)


@lru_cache(maxsize=4096)
def _second(zone: ZoneInfo, second: int, language: str | None) -> tuple[str, str]:
    """(by the clock, exactly) in this language."""
    moment = datetime.fromtimestamp(second, UTC)
    viewer = Viewer(zone, moment)
    return viewer.clock(moment, seconds=True), viewer.exactly(moment)
