"""The small form of a job's declared params."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from plugins.params import Param, Value
from plugins.words import text_of

PREFIX = "param-"


@dataclass(frozen=True)
class Field:
    """One control. kind: "select", "number" or "text"; value: what stands in it; step: of a number, "any" for all."""

    name: str
    kind: str
    value: str
    choices: list[str]
    required: bool
    help: str
    min: str = ""
    max: str = ""
    step: str = ""

    @property
    def must_choose(self) -> bool:
        """Nothing is chosen yet."""
        return self.kind == "select" and self.value not in self.choices


def fields(declared: Mapping[str, Param], given: Mapping[str, str] | None = None) -> list[Field]:
    """One field a declared param, filled with what was given before, else its default."""
    return [_field(param, (given or {}).get(PREFIX + name)) for name, param in declared.items()]


def read(posted: Mapping[str, str]) -> dict[str, str]:
    """What was typed, by param; what it means is for the declared types to say."""
    return {key.removeprefix(PREFIX): text for key, text in posted.items() if key.startswith(PREFIX)}


def _field(param: Param, given: str | None) -> Field:
    choices = ["true", "false"] if param.type == "bool" else [text_of(choice) for choice in param.choices]
    is_number = param.type in ("int", "float") and not choices
    return Field(
        name=param.name,
        kind="select" if choices else "number" if is_number else "text",
        value=_shown(param.default) if given is None else given,
        choices=choices,
        required=param.required,
        help=" ".join(filter(None, [param.description, _hint(param)])),
        min=_shown(param.min) if is_number else "",
        max=_shown(param.max) if is_number else "",
        step="" if not is_number else "1" if param.type == "int" and "." not in _shown(param.min) else "any",
    )


def _hint(param: Param) -> str:
    """What else fits, in words."""
    least, most = _shown(param.min), _shown(param.max)
    words = _("seconds, or a text such as 5m") if param.type == "duration" else ""
    between = (
        _("%(least)s to %(most)s") % {"least": least, "most": most}
        if least and most
        else _("at least %(least)s") % {"least": least}
        if least
        else _("at most %(most)s") % {"most": most}
        if most
        else ""
    )
    told = ", ".join(filter(None, [words, between]))
    return f"{told[:1].upper()}{told[1:]}." if told else ""


def _shown(value: Value | None) -> str:
    return "" if value is None else text_of(value)
