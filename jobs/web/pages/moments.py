"""Moments to come, with the changes of the clock between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import dateformat
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from jobs.web.viewer import Viewer


@dataclass(frozen=True)
class Time:
    """jump: what the clock did since the moment before."""

    tag: SafeString
    jump: str


def times(moments: Sequence[datetime], viewer: Viewer) -> list[Time]:
    found, before = [], viewer.local(viewer.now).utcoffset()
    with_seconds = any(viewer.local(moment).second for moment in moments)
    form = pgettext("date", "D j M, H:i:s") if with_seconds else pgettext("date", "D j M, H:i")
    for moment in moments:
        local = viewer.local(moment)
        offset = local.utcoffset()
        assert offset is not None and before is not None
        jump = (
            "" if offset == before else _("clock goes back") if offset < before else _("clock goes forward")
        )
        found.append(Time(viewer.tag(moment, dateformat.format(local, form)), jump))
        before = offset
    return found
