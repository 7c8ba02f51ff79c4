"""A status as a word with a mark: colour is never alone."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
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
WARNED = Mark("warned", "warned", _("Warned"))


def mark(status: str, *, warned: bool = False) -> Mark:
    return WARNED if warned and status == "succeeded" else MARKS[status]
