"""Durations and counts in words."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

ENDS = ".!?…\u3002\uff01\uff1f"
MINUTE, HOUR, DAY = 60, 3600, 86400


def took(seconds: float) -> str:
    """Rounded as one says it: `0.4 s`, `49 s`, `19 min`, `2 h 10`, `3 days`."""
    if seconds < 0.95:
        return _("%(n)s s") % {"n": f"{max(seconds, 0):.1f}".removesuffix(".0")}
    if round(seconds) < MINUTE:
        return _("%(n)d s") % {"n": round(seconds)}
    if round(seconds / MINUTE) < 60:
        return _("%(n)d min") % {"n": round(seconds / MINUTE)}
    if seconds < 2 * DAY:
        return _hours(round(seconds / MINUTE))
    return ngettext("%(n)d day", "%(n)d days", round(seconds / DAY)) % {"n": round(seconds / DAY)}


def _hours(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return _("%(h)d h %(m)02d") % {"h": hours, "m": rest} if rest else _("%(h)d h") % {"h": hours}


def took_exactly(seconds: float) -> str:
    """For a column of durations: `0.3 s`, `49 s`, `18 min 35`, `2 h 10`."""
    if seconds < 9.95:
        return _("%(n).1f s") % {"n": max(seconds, 0)}
    if round(seconds) < MINUTE:
        return _("%(n)d s") % {"n": round(seconds)}
    if round(seconds) < HOUR:
        minutes, rest = divmod(round(seconds), MINUTE)
        return _("%(m)d min %(s)02d") % {"m": minutes, "s": rest} if rest else _("%(m)d min") % {"m": minutes}
    return took(seconds)


def took_in_full(seconds: float) -> str:
    """For a headline: `4 seconds`, `19 minutes`, `2 hours 10 minutes`."""
    if seconds < 0.95:
        return took(seconds)
    if round(seconds) < MINUTE:
        return ngettext("%(n)d second", "%(n)d seconds", round(seconds)) % {"n": round(seconds)}
    hours, minutes = divmod(round(seconds / MINUTE), 60)
    words = []
    if hours:
        words.append(ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours})
    if minutes:
        words.append(ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes})
    return " ".join(words)


def took_of_usual(seconds: float, usual: float) -> str:
    """`19 minutes of usually 52`: the unit is said once where it is the same."""
    if seconds >= MINUTE and round(seconds / MINUTE) < 60 and usual >= MINUTE and round(usual / MINUTE) < 60:
        return _("%(took)s of usually %(usual)d") % {
            "took": took_in_full(seconds),
            "usual": round(usual / MINUTE),
        }
    return _("%(took)s of usually %(usual)s") % {"took": took_in_full(seconds), "usual": took_in_full(usual)}


def counted(number: int) -> str:
    """Small numbers as words, at the head of a sentence: `Four`."""
    few = [_("No"), _("One"), _("Two"), _("Three"), _("Four"), _("Five"), _("Six")]
    names = [*few, _("Seven"), _("Eight"), _("Nine"), _("Ten"), _("Eleven"), _("Twelve")]
    return names[number] if number < len(names) else f"{number:,}"


def ordinal(number: int) -> str:
    """`second`; `12th`."""
    names = ("", _("first"), _("second"), _("third"), _("fourth"), _("fifth"), _("sixth"), _("seventh"))
    return names[number] if number < len(names) else _("%(n)dth") % {"n": number}


def number(count: int) -> str:
    """`1,199`."""
    return f"{count:,}"


def size(count: int) -> str:
    """Bytes as `96 kB`, `3.1 GB`."""
    value = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            return f"{value:.0f} {unit}" if value >= 10 or unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    raise AssertionError("unreachable")


def listed(words: Sequence[str]) -> str:
    """`a, b and c`."""
    if len(words) < 2:
        return "".join(words)
    return _("%(most)s and %(last)s") % {"most": _(", ").join(words[:-1]), "last": words[-1]}


def clauses(words: Sequence[str]) -> str:
    """`43 min, about 28 left`."""
    return pgettext("between clauses", ", ").join(words)


def paragraph(sentences: Sequence[str]) -> str:
    """One after the other. A Chinese full stop has its space in itself."""
    return " ".join(filter(None, sentences)).replace("\u3002 ", "\u3002")


def sentence(text: str) -> str:
    """Begins with a capital (unless it names a file or program) and ends with a full stop."""
    text = text.strip()
    first = text.split(" ", 1)[0]
    head = text if not first.isalpha() or not first.islower() else text[:1].upper() + text[1:]
    return head if not head or head[-1] in ENDS else _("%(sentence)s.") % {"sentence": head}
