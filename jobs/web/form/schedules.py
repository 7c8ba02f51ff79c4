"""The builder of schedules: the keys of each trigger, what they mean in words, and the next times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from jobs import services
from jobs.timing.fieldform import expression as in_one
from jobs.timing.fieldform import read_value
from jobs.timing.speech import spoken
from jobs.web.form.fields import Field, chosen, shown_as
from jobs.web.pages.moments import Time, times
from jobs.web.rhythm import rhythm
from jobs.web.viewer import Viewer
from plugins.exceptions import BadInput
from plugins.jobformats import toml_value
from plugins.joblines import Path
from plugins.params import Param
from plugins.words import text_of

Table = dict[str, Any]

CRON = ("minute", "hour", "day_of_week", "day", "month", "second")
INTERVAL = ("weeks", "days", "hours", "minutes", "seconds", "interval_seconds")
OWN = {
    "cron": ("expression", *CRON),
    "interval": (*INTERVAL, "anchor"),
    "date": ("run_date",),
    "startup": ("delay",),
}
BEGINNINGS: dict[str, Table] = {
    "cron": {"hour": 4, "minute": 30},
    "interval": {"minutes": 15},
    "date": {},
    "startup": {"delay": "1m"},
}
"""What a schedule begins with when its trigger is chosen."""


@dataclass(frozen=True)
class ScheduleForm:
    """turn: what its cron can be written as instead, "expression" or "fields"; "" for nothing."""

    path: Path
    place: str
    name: str
    text: str
    times: list[Time]
    notes: list[str]
    trigger: Field
    fields: list[Field]
    more: list[Field]
    turn: str


def schedule_form(
    path: Path, table: Table, params: Mapping[str, Param], viewer: Viewer, saved: services.Saved
) -> ScheduleForm:
    text, moments, notes = _preview(path, table, viewer, saved)
    trigger = str(table.get("trigger", ""))
    return ScheduleForm(
        path,
        "".join(f"[{part}]" if isinstance(part, int) else part for part in path),
        str(table.get("name", "")),
        text,
        moments,
        notes,
        _trigger(path, table),
        _own(path, table, trigger, viewer),
        [*_common(path, table), *_given(path, table, params), *_unknown(path, table, trigger)],
        _turn(table, trigger),
    )


def _preview(
    path: Path, table: Table, viewer: Viewer, saved: services.Saved
) -> tuple[str, list[Time], list[str]]:
    position = path[-1] if isinstance(path[-1], int) else 0
    try:
        with spoken(_):
            found = services.preview_schedule(table, saved=saved, position=position)
    except BadInput:
        return "", [], []
    return (
        rhythm(found.timing, viewer.zone.key),
        times(found.moments, viewer, found.timing.timezone),
        found.notes,
    )


def _trigger(path: Path, table: Table) -> Field:
    words = {
        "cron": _("at times of day"),
        "interval": _("again and again"),
        "date": _("once, at a moment"),
        "startup": _("when MXX starts"),
    }
    value = table.get("trigger")
    text = "" if value is None else text_of(value)
    choices = list(words.items()) if text in words else [(text, text or _("Choose…")), *words.items()]
    return Field((*path, "trigger"), _("runs"), kind="choice", value=text, choices=choices)


def _own(path: Path, table: Table, trigger: str, viewer: Viewer) -> list[Field]:
    if trigger == "cron":
        return _cron(path, table)
    if trigger == "interval":
        keys = [key for key in INTERVAL if key in table or key in ("days", "hours", "minutes")]
        return [_field(path, table, key, kind="number") for key in keys]
    if trigger == "date":
        tomorrow = viewer.local(viewer.midnight(viewer.now, 1)).strftime("%Y-%m-%dT04:30")
        return [_field(path, table, "run_date", kind="moment", placeholder=tomorrow)]
    if trigger == "startup":
        return [_field(path, table, "delay", kind="duration", placeholder="5m", hint=_("after the start"))]
    return []


def _cron(path: Path, table: Table) -> list[Field]:
    if "expression" in table:
        hint = _("minute, hour, day of month, month, day of week")
        return [_field(path, table, "expression", placeholder="30 4 * * MON-FRI", hint=hint)]
    hints = {
        "minute": "0-59, */15",
        "hour": "0-23, 8-18, */2",
        "day_of_week": "mon-fri, sat, fri#2",
        "day": "1-31, last",
        "month": "1-12, jan",
        "second": "0-59",
    }
    keys = [key for key in CRON if key != "second" or key in table]
    return [_field(path, table, key, kind="int", placeholder=hints[key]) for key in keys]


def _common(path: Path, table: Table) -> list[Field]:
    zone = services.default_zone()
    misfire = Field((*path, "misfire"), _("if off or asleep"))
    return [
        _field(path, table, "name", placeholder="daily"),
        _field(
            path, table, "timezone", placeholder=zone, hint=_("a name like Europe/Berlin or Asia/Shanghai")
        ),
        _field(path, table, "start", kind="moment", placeholder="2026-12-01"),
        _field(path, table, "end", kind="moment", placeholder="2026-12-31T18:00"),
        _field(path, table, "blackout", kind="lines", placeholder="2026-12-24/2026-12-26"),
        chosen(misfire, table.get("misfire"), ["skip", "latest", "all"], _("as the job says")),
        _field(path, table, "misfire_window", kind="duration", placeholder="24h"),
        *([_field(path, table, "anchor", kind="moment")] if table.get("trigger") == "interval" else []),
    ]


def _given(path: Path, table: Table, params: Mapping[str, Param]) -> list[Field]:
    """The params its runs get."""
    given = table.get("params", {})
    if not isinstance(given, dict):
        return [Field((*path, "params"), "params", kind="toml", value=toml_value(given))]
    return [
        _param(path, given, name, params.get(name))
        for name in [*params, *(name for name in given if name not in params)]
    ]


def _param(path: Path, given: Table, name: str, param: Param | None) -> Field:
    here = Field((*path, "params", name), name)
    if param is None:
        return replace(here, kind="toml", value=toml_value(given[name]))
    default = "" if param.default is None else text_of(param.default)
    if param.choices or param.type == "bool":
        values = list(param.choices) or [True, False]
        return chosen(
            here, given.get(name), values, _("as the job says") + (f": {default}" if default else "")
        )
    kind, text = shown_as(
        {"int": "int", "float": "number", "duration": "duration"}.get(param.type, "text"), given.get(name)
    )
    return replace(here, kind=kind, value=text, placeholder=default)


COMMON = ("name", "trigger", "timezone", "start", "end", "blackout", "misfire", "misfire_window", "params")


def _unknown(path: Path, table: Table, trigger: str) -> list[Field]:
    """Keys of another trigger, and misspelt ones: seen, so that they can be taken out."""
    known = (*COMMON, *OWN.get(trigger, ()))
    extra = CRON if trigger == "cron" and "expression" in table else ()
    return [
        Field((*path, key), key, kind="toml", value=toml_value(value))
        for key, value in table.items()
        if key not in known or key in extra
    ]


def _field(
    path: Path, table: Table, key: str, *, kind: str = "text", placeholder: str = "", hint: str = ""
) -> Field:
    kind, text = shown_as(kind, table.get(key))
    return Field((*path, key), key, kind=kind, value=text, placeholder=placeholder, hint=hint)


# ---- one way of writing a cron for the other


def _turn(table: Table, trigger: str) -> str:
    if trigger != "cron":
        return ""
    if "expression" in table:
        return "fields" if as_fields(table["expression"]) else ""
    return "expression" if as_expression(table) else ""


def as_expression(table: Table) -> str:
    """The fields as one expression; "" when they mean what none can say."""
    given = {key: table[key] for key in CRON if key in table}
    if not given or {"day", "day_of_week"} <= given.keys():
        return ""
    try:
        return in_one({key: read_value(key, value) for key, value in given.items()})
    except ValueError:
        return ""


def as_fields(expression: Any) -> Table:
    """The same times as single fields; {} when an expression says what fields cannot."""
    parts = expression.split() if isinstance(expression, str) else []
    if len(parts) != 5 or (parts[2] != "*" and parts[4] != "*"):
        return {}
    minute, hour, day, month, weekday = parts
    if weekday != "*" and not weekday.replace("-", "").replace(",", "").isalpha():
        return {}
    given = {"minute": minute, "hour": hour, "day_of_week": weekday.lower(), "day": day, "month": month}
    table = {key: text for key, text in given.items() if key in ("minute", "hour") or text != "*"}
    typed = {key: int(text) if text.isascii() and text.isdigit() else text for key, text in table.items()}
    return typed if _means(typed) == _tidy(parts) else {}


def _means(table: Table) -> list[str]:
    return _tidy(as_expression(table).split())


def _tidy(parts: list[str]) -> list[str]:
    return [part.upper() for part in parts]
