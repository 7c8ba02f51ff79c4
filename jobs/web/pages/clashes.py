"""What will be in the way of what, and where the clock jumps, in words."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils import dateformat
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from jobs import services
from jobs.web.sentences import said
from jobs.web.span import Span
from jobs.web.viewer import Viewer
from jobs.web.words import sentence, took

MOST = 12


@dataclass(frozen=True)
class Clash:
    """job: "" for a clock that jumps."""

    when: SafeString | str
    job: str
    text: str


def clashes(meetings: list[services.Collision], viewer: Viewer) -> list[Clash]:
    """The first of each job and kind, with how many like it follow."""
    counts = Counter((one.job, one.what) for one in meetings)
    first: dict[tuple[str, str], services.Collision] = {}
    for one in meetings:
        first.setdefault((one.job, one.what), one)
    found = list(first.items())[:MOST]
    return [_clash(one, counts[key] - 1, viewer) for key, one in found]


def _clash(one: services.Collision, more: int, viewer: Viewer) -> Clash:
    when = viewer.tag(one.at, f"{dateformat.format(viewer.local(one.at), 'l')} {viewer.clock(one.at)}")
    text = sentence(in_words(one))
    if more:
        text += " " + _("So %(n)d times more.") % {"n": more}
    return Clash(when, one.job, text)


def in_words(one: services.Collision) -> str:
    words = {
        "skipped": _("will be left out"),
        "waits": _("will wait %(time)s") % {"time": took(one.seconds)},
        "replaces": _("will end the run before it"),
    }
    return _("%(what)s: %(because)s") % {"what": words[one.what], "because": said(one.because)}


def clock_changes(span: Span, viewer: Viewer) -> list[Clash]:
    """The days on which the viewer's clock is set."""
    found = []
    for day in span.dates():
        begin, end = viewer.begin(day), viewer.begin(day + timedelta(days=1))
        jump = (end - begin) - timedelta(days=1)
        if jump:
            at = _jump(begin, end, viewer)
            found.append(Clash(f"{dateformat.format(day, 'l')} {viewer.clock(at)}", "", _jump_in_words(jump)))
    return found


def _jump_in_words(jump: timedelta) -> str:
    by = took(abs(jump.total_seconds()))
    if jump > timedelta(0):
        return _(
            "The clock goes back by %(time)s: a fixed time in the hour that comes twice is due once."
        ) % {"time": by}
    return _(
        "The clock goes forward by %(time)s: a fixed time in the hour that is left out is due right after it."
    ) % {"time": by}


def _jump(begin: datetime, end: datetime, viewer: Viewer) -> datetime:
    """The moment, to the minute, at which the offset changes."""
    before = viewer.local(begin).utcoffset()
    low, high = begin.astimezone(UTC), end.astimezone(UTC)
    while high - low > timedelta(minutes=1):
        middle = low + (high - low) / 2
        if viewer.local(middle).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high.replace(second=0, microsecond=0)
