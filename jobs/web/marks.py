"""A status as a word with a mark: colour is never alone."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

BAD = ("failed", "lost", "timed_out", "missed")
"""A job whose latest run ended like this needs you."""


@dataclass(frozen=True)
class Mark:
    """css: class names of mxx.css; icon: id of a symbol in parts/marks.html; said: the word, translated when read."""

    css: str
    icon: str
    said: str | Promise

    @property
    def word(self) -> str:
        return str(self.said)

    @property
    def html(self) -> SafeString:
        """What a table of 50 rows shows 50 times: a template takes longer than all the rest of a row."""
        body = '<span class="status {}"><svg aria-hidden="true"><use href="#{}"/></svg>{}</span>'
        return format_html(body, self.css, self.icon, self.word)


MARKS = {
    "queued": Mark("queued", "queued", _("Queued")),
    "claimed": Mark("running", "running", _("Starting")),
    "dispatched": Mark("running", "running", _("Dispatched")),
    "running": Mark("running", "running", _("Running")),
    "stopping": Mark("running", "running", _("Stopping")),
    "succeeded": Mark("succeeded", "succeeded", _("Succeeded")),
    "failed": Mark("failed", "failed", _("Failed")),
    "timed_out": Mark("timed-out", "timed-out", _("Timed out")),
    "cancelled": Mark("cancelled", "cancelled", _("Cancelled")),
    "lost": Mark("lost", "lost", _("Lost")),
    "skipped": Mark("skipped", "skipped", _("Skipped")),
    "missed": Mark("missed", "missed", _("Missed")),
    "paused": Mark("paused", "paused", _("Paused")),
}
COUNTED = {
    "failed": _("%(n)s failed"),
    "timed_out": _("%(n)s timed out"),
    "cancelled": _("%(n)s cancelled"),
    "lost": _("%(n)s lost"),
    "skipped": _("%(n)s skipped"),
    "missed": _("%(n)s missed"),
}
"""Statuses in which runs end, but for the good one."""
WARNED = Mark("warned", "warned", _("Warned"))


def so_many(status: str, number: str) -> str:
    """number: as it is to be read. `three failed`."""
    told = COUNTED.get(status)
    return str(told) % {"n": number} if told else f"{number} {mark(status).word.lower()}"


def mark(status: str, *, warned: bool = False) -> Mark:
    return WARNED if warned and status == "succeeded" else MARKS[status]
