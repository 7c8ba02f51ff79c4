"""The small form of a job's declared params."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from plugins.exceptions import BadInput, Problem

PREFIX = "param-"


@dataclass(frozen=True)
class Field:
    """value: what stands in the control; choices: [] for free text."""

    name: str
    value: str
    choices: list[str]
    help: str
    is_flag: bool


def fields(declared: Mapping[str, Any], given: Mapping[str, str] | None = None) -> list[Field]:
    """One field a declared param, filled with what was given before, else its default."""
    return [
        _field(name, declaration, (given or {}).get(PREFIX + name)) for name, declaration in declared.items()
    ]


def _field(name: str, declaration: Any, given: str | None) -> Field:
    table = declaration if isinstance(declaration, dict) else {"default": declaration}
    default = table.get("default")
    shown = "" if default is None else str(default).lower() if isinstance(default, bool) else str(default)
    return Field(
        name=name,
        value=shown if given is None else given,
        choices=[str(choice) for choice in table.get("choices") or []],
        help=str(table.get("description") or table.get("help") or ""),
        is_flag=isinstance(default, bool),
    )


def read(declared: Mapping[str, Any], posted: Mapping[str, str]) -> dict[str, Any]:
    """Typed values of the posted fields, each of the type of its default. Raises BadInput."""
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, declaration in declared.items():
        text = posted.get(PREFIX + name)
        if text is None:
            continue
        default = declaration.get("default") if isinstance(declaration, dict) else declaration
        try:
            values[name] = _typed(text, default)
        except ValueError:
            problems.append(Problem(f"params.{name}", "type", f"{text!r} is not a number", str(default)))
    if problems:
        raise BadInput(problems)
    return values


def _typed(text: str, default: Any) -> Any:
    if isinstance(default, bool):
        return text == "true"
    if isinstance(default, int):
        return int(text)
    return float(text) if isinstance(default, float) else text
