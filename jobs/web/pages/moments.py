"""Moments to come, with the changes of the clock between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import dateformat
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from jobs.timing.zones import zone_of
from jobs.web.viewer import Viewer

NEAR = timedelta(days=35)
"""Of moments farther apart nobody asks whether the clock changed between them."""


@dataclass(frozen=True)
class Time:
    """jump: what the schedule's clock did since the moment before."""

    tag: SafeString
    jump: str


def times(moments: Sequence[datetime], viewer: Viewer, zone: str) -> list[Time]:
    """In the reader's zone. zone: the schedule's: its clock decides when a fixed time is due."""
    with_seconds = any(viewer.local(moment).second for moment in moments)
    return [
        Time(viewer.tag(moment, _written(moment, viewer, with_seconds)), _jump(before, moment, zone))
        for before, moment in zip([None, *moments], moments, strict=False)
    ]


def _written(moment: datetime, viewer: Viewer, with_seconds: bool) -> str:
    """With its year where that is not this one."""
    local = viewer.local(moment)
    if local.year == viewer.local(viewer.now).year:
        form = pgettext("date", "D j M, H:i:s") if with_seconds else pgettext("date", "D j M, H:i")
    else:
        form = pgettext("date", "D j M Y, H:i:s") if with_seconds else pgettext("date", "D j M Y, H:i")
    return dateformat.format(local, form)


def _jump(before: datetime | None, moment: datetime, zone: str) -> str:
    if before is None or moment - before > NEAR:
        return ""
    was, now = (one.astimezone(zone_of(zone)).utcoffset() or timedelta() for one in (before, moment))
    if was == now:
        return ""
    return _("clock goes back") if now < was else _("clock goes forward")
