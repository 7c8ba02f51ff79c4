"""The declared params of a job: what whoever starts it may set."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from jobs.web.form.fields import Field, chosen, shown_as
from plugins.joblines import Path
from plugins.params import TYPES
from plugins.words import text_of

Table = dict[str, Any]
KINDS = {"int": "int", "float": "number", "bool": "choice", "duration": "duration"}


@dataclass(frozen=True)
class ParamForm:
    name: str
    place: str
    fields: list[Field]


def param_form(name: str, declared: Any) -> ParamForm:
    """declared: a value (`stage = "1-7"`), or a table that says more."""
    table = declared if isinstance(declared, dict) else {"default": declared}
    path: Path = ("params", name)
    wanted = str(table.get("type") or _guess(table.get("default")))
    default = path if not isinstance(declared, dict) else (*path, "default")
    return ParamForm(name, f"params.{name}", [_default(default, table, wanted), *_rest(path, table, wanted)])


def _guess(value: Any) -> str:
    names: dict[Any, str] = {bool: "bool", int: "int", float: "float"}
    return names.get(type(value), "str")


def _default(path: Path, table: Table, wanted: str) -> Field:
    here = Field(path, "default")
    if wanted == "bool":
        return chosen(here, table.get("default"), [True, False], _("must be given"))
    kind, text = shown_as(KINDS.get(wanted, "text"), table.get("default"))
    return replace(here, kind=kind, value=text, placeholder=_("must be given"))


def _rest(path: Path, table: Table, wanted: str) -> list[Field]:
    guessed = _("as its default: %(type)s") % {"type": wanted}
    fields = [
        chosen(Field((*path, "type"), "type"), table.get("type"), list(TYPES), guessed),
        _field(path, table, "description", "text"),
    ]
    choices = table.get("choices")
    if wanted != "bool":
        plain = not isinstance(choices, list) or all(isinstance(one, str) for one in choices)
        fields.append(_field(path, table, "choices", "lines" if plain and wanted == "str" else "toml"))
    if wanted in ("int", "float", "duration"):
        fields += [_field(path, table, key, KINDS[wanted]) for key in ("min", "max")]
    needed = Field((*path, "required"), "required")
    return [*fields, chosen(needed, table.get("required"), [True, False], _("only without a default"))]


def _field(path: Path, table: Table, key: str, kind: str) -> Field:
    hints = {"choices": _("one a line") if kind == "lines" else ""}
    value = table.get(key)
    shown, text = shown_as(kind, value) if kind != "toml" or value is not None else (kind, "")
    if kind == "toml" and value is not None and not isinstance(value, dict | list):
        shown, text = "text", text_of(value)
    return Field((*path, key), key, kind=shown, value=text, hint=hints.get(key, ""))
