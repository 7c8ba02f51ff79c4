"""One control of the form: a value of the job file as it stands in the control, and back."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from plugins.exceptions import BadInput, Problem
from plugins.jobformats import toml_key, toml_value
from plugins.joblines import Path
from plugins.jobtext import joined
from plugins.options import DURATION
from plugins.words import text_of

PREFIX = "f:"
WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
NUMBER = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,18})?")
Schema = dict[str, Any]


@dataclass(frozen=True)
class Field:
    """kind: how its text is read: text, int, number, duration, choice, lines, pairs, toml or moment.

    value: what stands in the control; "" when the key is not in the text. choices: (value, word) of a choice; what they
    stand for is in `values`. hint: a sentence below it. placeholder: an example, or what holds when it is left empty.
    """

    path: Path
    label: str
    kind: str = "text"
    value: str = ""
    choices: list[tuple[str, str]] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    hint: str = ""
    placeholder: str = ""
    needed: bool = False
    problems: list[Problem] = field(default_factory=list)
    mend: str = ""
    """The name that was probably meant, when this key is unknown."""

    @property
    def name(self) -> str:
        return PREFIX + joined(self.path)

    @property
    def place(self) -> str:
        return joined(self.path)

    @property
    def slug(self) -> str:
        """An id without the brackets and dots of a path."""
        return "f-" + re.sub(r"\W", "-", self.place)

    @property
    def control(self) -> str:
        """Which element shows it: select, textarea or input."""
        if self.kind == "choice":
            return "select"
        return "textarea" if self.kind in ("lines", "pairs") or "\n" in self.value else "input"

    @property
    def rows(self) -> int:
        return min(12, max(2, self.value.count("\n") + 1))

    @property
    def short(self) -> bool:
        return self.kind in ("int", "number", "duration")

    def read(self, text: str) -> Any:
        """What the text means; None: the key is to go. Raises BadInput."""
        if self.kind == "choice":
            return self.values.get(text, text or None)
        if not text.strip():
            return None
        return READERS.get(self.kind, _as_it_is)(self, text)


def shown_as(kind: str, value: Any) -> tuple[str, str]:
    """(the kind that can show this value, its text)."""
    if value is None:
        return kind, ""
    if kind == "lines" and isinstance(value, list) and all(_is_line(one) for one in value):
        return kind, "\n".join(value)
    if kind == "pairs" and isinstance(value, dict) and all(map(_is_line, value.values())):
        return kind, "\n".join(f"{toml_key(key)} = {one}" for key, one in value.items())
    if isinstance(value, dict | list):
        return "toml", toml_value(value)
    return ("text" if kind in ("lines", "pairs") else kind), text_of(value)


def _is_line(value: Any) -> bool:
    return isinstance(value, str) and value == value.strip() != "" and "\n" not in value


def kind_of(schema: Schema, value: Any = None) -> str:
    """Of a plugin's option. value: what stands in the text, where several kinds are allowed."""
    if "anyOf" in schema:
        wanted = "array" if isinstance(value, list) else "object" if isinstance(value, dict) else "string"
        members = schema["anyOf"]
        fitting = next((one for one in members if one.get("type") == wanted), members[0])
        return kind_of(fitting, value)
    if "enum" in schema or schema.get("type") == "boolean":
        return "choice"
    if schema == DURATION:
        return "duration"
    if schema.get("type") == "array":
        return "lines" if schema.get("items", {}).get("type") in ("string", None) else "toml"
    if schema.get("type") == "object":
        inner = schema.get("additionalProperties")
        return "pairs" if isinstance(inner, dict) and inner.get("type") == "string" else "toml"
    return {"integer": "int", "number": "number", "string": "text"}.get(schema.get("type", ""), "toml")


def chosen(found: Field, value: Any, values: list[Any], unset: str) -> Field:
    """A choice. unset: the word for a key that is not in the text. A value that is none of them can be seen, too."""
    known = {text_of(one): one for one in values}
    text = (
        "" if value is None else text_of(value) if not isinstance(value, dict | list) else toml_value(value)
    )
    if text and text not in known:
        known = {text: value, **known}
    words = {"true": _("yes"), "false": _("no")}
    choices = [("", unset)] if unset or not text else []
    choices += [(one, words.get(one, one)) for one in known]
    return replace(found, kind="choice", value=text, choices=choices, values=known)


def _int(_field: Field, text: str) -> Any:
    return int(text) if WHOLE.fullmatch(text.strip()) else text.strip()


def _number(_field: Field, text: str) -> Any:
    text = text.strip()
    return int(text) if WHOLE.fullmatch(text) else float(text) if NUMBER.fullmatch(text) else text


def _lines(_field: Field, text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def _words(_field: Field, text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _pairs(found: Field, text: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for line in _lines(found, text):
        name, equals, value = line.partition("=")
        if not equals or not name.strip():
            message = _("each line is NAME = value, not %(line)s") % {"line": line[:80]}
            raise BadInput(Problem(found.place, "pair", message, "LANG = C"))
        pairs[name.strip().strip('"')] = value.strip()
    return pairs


def _toml(found: Field, text: str) -> Any:
    try:
        return tomllib.loads(f"x = {text.strip()}\n")["x"]
    except (tomllib.TOMLDecodeError, ValueError, RecursionError, KeyError):
        message = _("this is no TOML value: a text stands in quotes")
        raise BadInput(Problem(found.place, "toml", message, '"hello"')) from None


def _moment(_field: Field, text: str) -> str:
    return text.strip()


def _as_it_is(_field: Field, text: str) -> str:
    return text.strip() if "\n" not in text else text


READERS = {
    "int": _int,
    "number": _number,
    "duration": _number,
    "lines": _lines,
    "words": _words,
    "pairs": _pairs,
    "toml": _toml,
    "moment": _moment,
}
