"""A status as a word with a mark: colour is never alone."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

BAD = ("failed", "lost", "timed_out", "missed")
"""A job whose latest run ended like this needs you."""


@dataclass(frozen=True)
class Mark:
    """css: class names of mxx.css; icon: id of a symbol in parts/marks.html."""

    css: str
    icon: str
    word: str


def mark(status: str, *, warned: bool = False) -> Mark:
    if warned and status == "succeeded":
        return Mark("warned", "warned", _("Warned"))
    css, icon, word = {
        "queued": ("queued", "queued", _("Queued")),
        "claimed": ("running", "running", _("Starting")),
        "dispatched": ("running", "running", _("Dispatched")),
        "running": ("running", "running", _("Running")),
        "stopping": ("running", "running", _("Stopping")),
        "succeeded": ("succeeded", "succeeded", _("Succeeded")),
        "failed": ("failed", "failed", _("Failed")),
        "timed_out": ("timed-out", "timed-out", _("Timed out")),
        "cancelled": ("cancelled", "cancelled", _("Cancelled")),
        "lost": ("lost", "lost", _("Lost")),
        "skipped": ("skipped", "skipped", _("Skipped")),
        "missed": ("missed", "missed", _("Missed")),
        "paused": ("paused", "paused", _("Paused")),
    }[status]
    return Mark(css, icon, word)
