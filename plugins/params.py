"""Params: what whoever starts a job may set. A job declares them in [params]; every face gives values through here.

```toml
[params]
stage = "1-7"                                                # type and default from the value
times = { type = "int", default = 3, min = 1, max = 10 }
mode = { choices = ["fast", "careful"], description = "How to go about it" }     # no default: must be given
```
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from plugins.exceptions import BadInput, Problem
from plugins.jobformats import CONTROL, MAX_INTEGER
from plugins.jobtable import seconds
from plugins.words import kind, listed, near, shown, text_of

Value = str | int | float | bool

TYPES = ("str", "int", "float", "bool", "duration")
NUMBERS = ("int", "float", "duration")
KEYS = ("type", "default", "choices", "min", "max", "required", "description")
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
MAX_PARAMS = 64
MAX_CHOICES = 200
MAX_BYTES = 8 * 1024
"""Of one value: it becomes an environment variable, and words of a command line."""
MOST_TOLD = 50

WORDS = {
    "str": "a text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "duration": "a duration",
}
EXAMPLES: dict[str, Value] = {"str": "photos", "int": 5, "float": 1.5, "bool": True, "duration": "5m"}
BOOLS = {
    "true": True,
    "yes": True,
    "on": True,
    "1": True,
    "false": False,
    "no": False,
    "off": False,
    "0": False,
}
NOT_IN_A_TEXT = re.compile(rf"{CONTROL.pattern}|[\r\ud800-\udfff]")
WHOLE = re.compile(r"[+-]?[0-9]{1,19}")


@dataclass(frozen=True)
class Param:
    """One declared param. default, choices, min, max: as declared. required: must be given, and not be empty."""

    name: str
    type: str = "str"
    default: Value | None = None
    choices: tuple[Value, ...] = ()
    min: Value | None = None
    max: Value | None = None
    required: bool = False
    description: str = ""

    def value(self, given: Any, field: str) -> Value:
        """The given value as the run gets it, a duration in seconds. Raises BadInput for the field."""
        try:
            value = _typed(self.type, given)
            self._refuse_unfit(value, given)
        except _Unfit as error:
            raise BadInput(Problem(field, error.code, str(error), self.example)) from None
        return value

    def from_text(self, text: str) -> Any:
        """The value of a text from a form or a command line; a text that says none stays one, for value() to refuse."""
        if self.type == "bool":
            return BOOLS.get(text.strip().lower(), text)
        if self.type == "int" and WHOLE.fullmatch(text.strip()):
            return int(text)
        if self.type in ("float", "duration"):
            return _number(text)
        return text

    @property
    def example(self) -> str:
        """As it would stand in a job file."""
        fitting = [self.default, *self.choices, self.min, self.max, EXAMPLES[self.type]]
        return f"{self.name} = {shown(next(value for value in fitting if value not in (None, '')))}"

    @property
    def can_be_missing(self) -> bool:
        return self.default is None and not self.required

    @cached_property
    def _allowed(self) -> list[Value]:
        return [_typed(self.type, choice) for choice in self.choices]

    @cached_property
    def _range(self) -> tuple[float, float]:
        least = -math.inf if self.min is None else float(_typed(self.type, self.min))
        return least, math.inf if self.max is None else float(_typed(self.type, self.max))

    def _refuse_unfit(self, value: Value, given: Any) -> None:
        if self.required and value == "":
            raise _Unfit("required", "must not be empty")
        if self.choices and value not in self._allowed:
            meant = near(value, map(str, self.choices)) if isinstance(value, str) else None
            hint = f": did you mean {shown(meant)}?" if meant else ""
            raise _Unfit("choice", f"must be {listed(map(shown, self.choices))}, not {kind(given)}{hint}")
        if self.type in NUMBERS and not self._range[0] <= float(value) <= self._range[1]:
            raise _Unfit("range", f"{shown(given)} is {self._outside()}")

    def _outside(self) -> str:
        if self.min is not None and self.max is not None:
            return f"outside {text_of(self.min)} to {text_of(self.max)}"
        return f"below {text_of(self.min)}" if self.min is not None else f"above {text_of(self.max)}"


class _Unfit(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def values(params: Mapping[str, Param], given: Mapping[str, Any], path: str = "params") -> dict[str, Value]:
    """A run's params: the defaults, overridden by what was given, all typed. Raises BadInput with every problem."""
    problems = [_undeclared(params, name, path) for name in given if name not in params]
    found: dict[str, Value] = {}
    for name, param in params.items():
        field = f"{path}.{name}"
        if name not in given and param.default is None:
            if param.required:
                problems.append(Problem(field, "required", "must be given: it has no default", param.example))
            continue
        try:
            found[name] = param.value(given.get(name, param.default), field)
        except BadInput as error:
            problems += error.problems
    if problems:
        raise BadInput(problems[:MOST_TOLD])
    return found


def from_texts(params: Mapping[str, Param], texts: Mapping[str, str]) -> dict[str, Any]:
    """What was typed, for values(). An empty field is one that was left out, unless it may be an empty text."""
    return {
        name: params[name].from_text(text) if name in params else text
        for name, text in texts.items()
        if text or name not in params or (params[name].type == "str" and not params[name].choices)
    }


def _undeclared(params: Mapping[str, Param], name: str, path: str) -> Problem:
    name = name[:100]
    meant = near(name, params)
    hint = f": did you mean {meant}?" if meant else f" (declared: {', '.join(params) or 'none'})"
    return Problem(
        f"{path}.{name}", "undeclared", f"is not declared in [params]{hint}", f'[params]\n{name} = "value"'
    )


# ---- one value


def _typed(wanted: str, given: Any) -> Value:
    if wanted == "duration":
        return _duration(given)
    if wanted == "str" and isinstance(given, str):
        return _text(given)
    if wanted == "bool" and isinstance(given, bool):
        return given
    if wanted in ("int", "float") and isinstance(given, int) and not isinstance(given, bool):
        if abs(given) > MAX_INTEGER:
            raise _Unfit("range", f"{shown(given)} is larger than {MAX_INTEGER}")
        return float(given) if wanted == "float" else given
    if wanted == "float" and isinstance(given, float) and math.isfinite(given):
        return given
    raise _Unfit("type", f"must be {WORDS[wanted]}, not {kind(given)}")


def _text(given: str) -> str:
    if found := NOT_IN_A_TEXT.search(given):
        message = f"control characters are not allowed (U+{ord(found[0]):04X})"
        raise _Unfit("control_character", message)
    if len(given) > MAX_BYTES or len(given.encode()) > MAX_BYTES:
        raise _Unfit("too_large", f"is larger than {MAX_BYTES // 1024} KiB")
    return given


def _duration(given: Any) -> Value:
    if isinstance(given, str) and len(given) > 100:
        raise _Unfit("type", "must be a duration, not a long text")
    try:
        found = seconds(given, "")
    except BadInput as error:
        raise _Unfit(error.problems[0].code, error.problems[0].message) from None
    return int(found) if found.is_integer() else found


def _number(text: str) -> Any:
    """A finite number, or the text as it was (`5m`)."""
    try:
        found = float(text)
    except ValueError:
        return text.strip()
    return found if math.isfinite(found) and text.isascii() and "_" not in text else text


# ---- declarations


def read_params(raw: Mapping[str, Any]) -> dict[str, Param]:
    """The [params] table of a job file. Raises BadInput with every problem at `params.NAME` or `params.NAME.KEY`."""
    problems: list[Problem] = []
    if len(raw) > MAX_PARAMS:
        message = f"{len(raw)} params, at most {MAX_PARAMS} fit in one job"
        problems.append(Problem("params", "too_many", message, "two jobs"))
    found: dict[str, Param] = {}
    for name, declaration in list(raw.items())[:MAX_PARAMS]:
        try:
            _refuse_name(name, found)
            found[name] = _declared(name, declaration)
        except BadInput as error:
            problems += error.problems
    if problems:
        raise BadInput(problems)
    return found


def _refuse_name(name: str, before: Mapping[str, Param]) -> None:
    """Programs find a param as MXX_PARAM_NAME: two that differ by case only would be one variable."""
    if not NAME.fullmatch(name):
        message = f"{shown(name)} is no name for a param: letters, digits and _"
        raise BadInput(Problem(f"params.{name}", "name", message, 'target = "photos"'))
    if twin := next((other for other in before if other.upper() == name.upper()), None):
        message = f"{name} and {twin} would both be MXX_PARAM_{name.upper()}: rename one of them"
        raise BadInput(Problem(f"params.{name}", "duplicate", message, f'{name}_2 = "photos"'))


def _declared(name: str, declaration: Any) -> Param:
    field = f"params.{name}"
    if not isinstance(declaration, dict):
        wanted = _type_of(declaration)
        if wanted is None:
            message = f"a param is a text, a number, true or false, or a table, not {kind(declaration)}"
            raise BadInput(Problem(field, "type", message, f'{name} = {{ type = "str" }}'))
        param, default_field = Param(name, wanted, declaration), field
    else:
        param, default_field = _from_table(name, declaration, field), f"{field}.default"
    if problems := _contradictions(param, field, default_field):
        raise BadInput(problems)
    return param


def _from_table(name: str, table: dict[str, Any], field: str) -> Param:
    problems = [_unknown_key(field, key) for key in table if key not in KEYS]
    wanted = table.get("type") or _guessed(table)
    meant = near(wanted, TYPES) if isinstance(wanted, str) and wanted not in TYPES else None
    checks = {
        "type": (wanted in TYPES, listed(map(shown, TYPES)), f"type = {shown(meant or 'int')}"),
        "choices": (
            _is_choices(table.get("choices", ["-"])),
            "a list of values",
            'choices = ["fast", "careful"]',
        ),
        "required": (isinstance(table.get("required", True), bool), "true or false", "required = true"),
        "description": (
            _is_line(table.get("description", "")),
            "a text of up to 500 characters",
            'description = "How often"',
        ),
    }
    problems += [
        Problem(f"{field}.{key}", "type", f"must be {words}, not {kind(table.get(key))}", example)
        for key, (fits, words, example) in checks.items()
        if not fits
    ]
    if problems:
        raise BadInput(problems)
    given = {key: table[key] for key in ("default", "min", "max", "description") if key in table}
    required = table.get("required", "default" not in table)
    return Param(name, wanted, choices=tuple(table.get("choices", ())), required=required, **given)


def _guessed(table: dict[str, Any]) -> str:
    """The type of a declaration that names none: that of its default, else of its first choice."""
    choices = table.get("choices")
    likely = table.get("default", choices[0] if isinstance(choices, list) and choices else "")
    return _type_of(likely) or "str"


def _type_of(value: Any) -> str | None:
    names = {bool: "bool", int: "int", float: "float", str: "str"}
    return names.get(type(value))


def _is_choices(value: Any) -> bool:
    return isinstance(value, list) and 0 < len(value) <= MAX_CHOICES and all(map(_type_of, value))


def _is_line(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= 500


def _unknown_key(field: str, key: str) -> Problem:
    meant = near(key, KEYS)
    hint = f": did you mean {meant}?" if meant else f": there are {listed(KEYS, 'and')}"
    return Problem(f"{field}.{key[:100]}", "unknown_key", f"a param has no such key{hint}", 'type = "int"')


def _contradictions(param: Param, field: str, default_field: str) -> list[Problem]:
    """Whatever the declaration itself gives must fit it."""
    problems: list[Problem] = []
    for key in ("min", "max"):
        problems += _wrong_bound(param, key, f"{field}.{key}")
    for index, choice in enumerate(param.choices):
        problems += _unfit(Param(param.name, param.type), choice, f"{field}.choices[{index}]")
    if not problems and param._range[0] > param._range[1]:
        message = f"min = {text_of(param.min)} is above max = {text_of(param.max)}"
        problems.append(Problem(f"{field}.min", "range", message, f"min = {text_of(param.max)}"))
    if not problems and param.default is not None:
        problems += _unfit(param, param.default, default_field)
    return problems


def _wrong_bound(param: Param, key: str, field: str) -> list[Problem]:
    bound = getattr(param, key)
    if bound is None:
        return []
    if param.type not in NUMBERS:
        message = f"is for numbers and durations, and {param.name} is {WORDS[param.type]}"
        return [Problem(field, "type", message, 'type = "int"')]
    return _unfit(Param(param.name, "duration" if param.type == "duration" else "float"), bound, field)


def _unfit(param: Param, value: Any, field: str) -> list[Problem]:
    try:
        param.value(value, field)
    except BadInput as error:
        return error.problems
    return []
