"""`[job]` as sentences with a choice in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from jobs.web.form.fields import Field, shown_as
from plugins.jobformats import toml_value

Table = dict[str, Any]


@dataclass(frozen=True)
class Sentence:
    """Text around one or more controls: parts alternate, a text first."""

    parts: list[str | Field]

    def each(self, change: Callable[[Field], Field]) -> Sentence:
        """With every control in it changed."""
        return Sentence([part if isinstance(part, str) else change(part) for part in self.parts])


def about(table: Table) -> list[Field]:
    tags = table.get("tags")
    plain = isinstance(tags, list) and all(isinstance(tag, str) and "," not in tag for tag in tags)
    shown = ", ".join(tags) if plain and isinstance(tags, list) else shown_as("toml", tags)[1]
    return [
        _field(table, "description", _("description")),
        Field(
            ("job", "tags"),
            _("tags"),
            kind="words" if plain or tags is None else "toml",
            value=shown,
            placeholder="home, nightly",
        ),
    ]


def sentences(table: Table) -> list[Sentence]:
    return [
        Sentence([_("If it is still running when due,"), *_overlap(table)]),
        Sentence([_("If the machine was off or asleep,"), _misfire(table)]),
        Sentence([_("Forget a missed time that is older than"), _short(table, "misfire_window", _("never"))]),
        Sentence([_("If it fails, try again"), *_retries(table)]),
        Sentence(
            [
                _("If it takes longer than"),
                _short(table, "timeout", "2h"),
                _("stop it and call it timed out"),
            ]
        ),
        Sentence(
            [
                _("At the end, give its programs"),
                _short(table, "grace", "5s"),
                _("to leave by themselves; then end them"),
            ]
        ),
    ]


def _overlap(table: Table) -> list[str | Field]:
    words = {
        "skip": _("skip this time"),
        "queue": _("wait its turn"),
        "parallel": _("run both at once"),
        "replace": _("stop the old run first"),
    }
    parts: list[str | Field] = [_choice(table, "overlap", _("if still running"), words, "skip")]
    if table.get("overlap") == "parallel" or "max_parallel" in table:
        parts += [_("at most"), _short(table, "max_parallel", "2"), _("at once")]
    if table.get("overlap") == "queue" or "queue_max" in table:
        parts += [_("at most"), _short(table, "queue_max", "100"), _("waiting")]
    return parts


def _misfire(table: Table) -> Field:
    words = {
        "latest": _("run once, late"),
        "skip": _("leave it out"),
        "all": _("run each missed time"),
    }
    return _choice(table, "misfire", _("if off or asleep"), words, "latest")


def _retries(table: Table) -> list[str | Field]:
    return [
        _short(table, "retries", "0"),
        _("times, waiting"),
        _short(table, "retry_delay", "0s"),
        _("before each, every time longer by the factor"),
        _short(table, "retry_backoff", "1"),
    ]


LIMITS = ("cleanup", "log_limit", "memory", "processes", "nice", "priority")


def limits(table: Table) -> list[Field]:
    """What few jobs need; the rest of what the table may hold is added as it stands."""
    hints = {
        "cleanup": _("how long all clean-up together may take; 30 seconds by default"),
        "log_limit": _("how much of a run's output is kept"),
        "memory": _("how much memory its programs may use together"),
        "processes": _("how many processes there may be at once"),
        "nice": _("0 to 19: the higher, the more it gives way to other programs"),
        "priority": _("which job goes first when slots are short; 0 by default"),
    }
    examples = {"cleanup": "30s", "log_limit": "50MB", "memory": "2GB", "processes": "50"}
    return [_field(table, key, key, hint=hints[key], placeholder=examples.get(key, "0")) for key in LIMITS]


SHOWN = {
    "description",
    "tags",
    "overlap",
    "max_parallel",
    "queue_max",
    "misfire",
    "misfire_window",
    "retries",
    "retry_delay",
    "retry_backoff",
    "timeout",
    "grace",
    *LIMITS,
}


def others(table: Table) -> list[Field]:
    """Keys of the table that have no place of their own: rare ones and unknown ones."""
    return [
        Field(("job", key), key, kind="toml", value=toml_value(value))
        for key, value in table.items()
        if key not in SHOWN
    ]


KINDS = {"timeout": "duration", "grace": "duration", "cleanup": "duration", "misfire_window": "duration"}
KINDS |= {"retry_delay": "duration", "retry_backoff": "number", "log_limit": "number", "memory": "number"}
KINDS |= dict.fromkeys(("max_parallel", "queue_max", "retries", "processes", "nice", "priority"), "int")


def _field(table: Table, key: str, label: str, *, hint: str = "", placeholder: str = "") -> Field:
    kind, text = shown_as(KINDS.get(key, "text"), table.get(key))
    return Field(("job", key), label, kind=kind, value=text, hint=hint, placeholder=placeholder)


def _short(table: Table, key: str, placeholder: str) -> Field:
    return _field(table, key, key, placeholder=placeholder)


def _choice(table: Table, key: str, label: str, words: dict[str, str], default: str) -> Field:
    """The default is chosen when the text says nothing; choosing it again takes the key out."""
    value = table.get(key)
    text = "" if value is None or value == default else str(value)
    choices = [("" if word == default else word, said) for word, said in words.items()]
    if text and text not in words:
        choices = [(text, text), *choices]
    return Field(
        ("job", key),
        label,
        kind="choice",
        value=text,
        choices=choices,
        values={"": None, **({text: value} if text not in words else {})},
    )
