"""Options: the keywords of a plugin's `__init__` -> plain data -> JSON Schema, a pydantic model and clear errors.

The plain data (a list of Option) is all that leaves the process in which a plugin was imported: a web process builds
model and schema from it again without ever importing the plugin.
"""

from __future__ import annotations

import inspect
import json
import re
import types
import typing
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Literal, Union

import pydantic

from plugins.base import Duration
from plugins.exceptions import BadInput, MxxError, Problem
from plugins.jobtable import DURATION as DURATION_TEXT
from plugins.jobtable import seconds
from plugins.words import kind, listed, near, shown

Schema = dict[str, Any]

MAX_PROBLEMS = 50
MODELS = 256
"""Kept at most."""
# JSON Schema's own format "duration" is another one (ISO 8601).
DURATION: Schema = {
    "type": ["number", "string"],
    "format": "mxx-duration",
    "minimum": 0,
    "pattern": f"^(?=.){DURATION_TEXT.pattern}$",
}
PLAIN: dict[Any, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    list: {"type": "array"},
    dict: {"type": "object"},
    Any: {},
    object: {},
    inspect.Parameter.empty: {},
}


class WrongOption(MxxError):
    """An option has a type that a job file cannot hold."""


@dataclass(frozen=True)
class Option:
    """One option of a plugin, JSON-able.

    type: JSON Schema of the value. rest: not an option but `**kwargs`: others are accepted too. example: from the
    plugin's docstring, as it would stand in a job file.
    """

    name: str
    type: Schema
    default: Any = None
    required: bool = False
    doc: str = ""
    example: str = ""
    rest: bool = False


def signature_of(cls: type) -> list[Option]:
    """The options of a plugin class, in order. Raises WrongOption for a type that a job file cannot hold.

    Of a prototype's class such a type says nothing, as it did there: any value will do.
    """
    constructor: Any = cls.__init__  # type: ignore[misc]
    if constructor is object.__init__:
        return []
    as_before = getattr(cls, "__prototype__", False)
    hints = _hints(cls, constructor, as_before)
    doc = f"{inspect.getdoc(cls) or ''}\n{inspect.getdoc(constructor) or ''}"
    parameters = list(inspect.signature(constructor).parameters.values())[1:]
    return [
        _option(cls, parameter, hints, doc)
        for parameter in parameters
        if not (as_before and parameter.kind is parameter.VAR_POSITIONAL)
    ]


def _hints(cls: type, constructor: Any, as_before: bool) -> dict[str, Any]:
    try:
        hints = typing.get_type_hints(constructor, include_extras=True)
        return {name: Any if as_before and schema_of(hint) is None else hint for name, hint in hints.items()}
    except (NameError, TypeError, SyntaxError) as error:
        if as_before:
            return {}
        raise WrongOption(f"{cls.__name__}.__init__: a type cannot be read: {error}") from None


def _option(cls: type, parameter: inspect.Parameter, hints: dict[str, Any], doc: str) -> Option:
    name = parameter.name
    if parameter.kind is parameter.VAR_KEYWORD:
        return Option(name, {}, rest=True)
    if parameter.kind in (parameter.VAR_POSITIONAL, parameter.POSITIONAL_ONLY):
        raise WrongOption(f"{cls.__name__}.__init__: {parameter} cannot be set by name: options are keywords")
    schema = schema_of(hints.get(name, Any))
    if schema is None:
        raise WrongOption(
            f"{cls.__name__}.__init__: a job file cannot hold the type of {parameter}: use str, int, float, bool, list or dict"
        )
    required = parameter.default is parameter.empty
    default = None if required else _storable(parameter.default)
    return Option(
        name, schema, default, required, _described(name, doc), _example(name, schema, default, doc)
    )


def schema_of(annotation: Any) -> Schema | None:
    """JSON Schema of a type annotation; None when a job file cannot hold it. `X | None` is X: null is not a value."""
    if annotation == Duration:
        return DURATION
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (Union, types.UnionType):
        return _union([schema_of(argument) for argument in arguments if argument is not type(None)])
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin in (list, dict) and not arguments:  # typing.List as it is
        return PLAIN[origin]
    if origin is list:
        return _nested("array", "items", arguments[0])
    if origin is dict and arguments[0] is str:
        return _nested("object", "additionalProperties", arguments[1])
    return next((schema for plain, schema in PLAIN.items() if plain is annotation), None)


def _union(schemas: list[Schema | None]) -> Schema | None:
    found = [schema for schema in schemas if schema is not None]
    if len(found) < len(schemas) or not found:
        return None
    return found[0] if len(found) == 1 else {"anyOf": found}


def _nested(outer: str, word: str, inner: Any) -> Schema | None:
    schema = schema_of(inner)
    return None if schema is None else {"type": outer, word: schema}


def _storable(default: Any) -> Any:
    """The default as JSON holds it; None when it cannot: the plugin fills it in itself either way."""
    try:
        return json.loads(json.dumps(default, allow_nan=False))
    except (TypeError, ValueError):
        return None


def _described(name: str, doc: str) -> str:
    """The line `name: what it does` of a docstring, with the lines below it that are indented further."""
    match = re.search(rf"^([ \t]*){re.escape(name)}\s*:[ \t]*(.+(?:\n\1[ \t]+\S.*)*)$", doc, re.MULTILINE)
    return " ".join(match[2].split()) if match else ""


def _example(name: str, schema: Schema, default: Any, doc: str) -> str:
    """As in the docstring's TOML example; else a made-up value of the right type."""
    match = re.search(rf"^\s*{re.escape(name)}\s*=\s*(.+?)\s*(?: #.*)?$", doc, re.MULTILINE)
    if match:
        return f"{name} = {match[1]}"
    return f"{name} = {shown(default) if default not in (None, '', [], {}) else _made_up(schema)}"


def _made_up(schema: Schema) -> str:
    if "enum" in schema:
        return shown(schema["enum"][0])
    if schema == DURATION:
        return '"90s"'
    made_up = {
        "integer": "1",
        "number": "1.5",
        "boolean": "true",
        "array": '["one", "two"]',
        "object": '{ NAME = "value" }',
    }
    return made_up.get(schema.get("anyOf", [schema])[0].get("type", "string"), '"text"')


def json_schema(signature: list[Option]) -> Schema:
    """JSON Schema of the whole section, for forms, the API and editors."""
    options = [option for option in signature if not option.rest]
    return {
        "type": "object",
        "properties": {option.name: _property(option) for option in options},
        "required": [option.name for option in options if option.required],
        "additionalProperties": len(options) < len(signature),
    }


def _property(option: Option) -> Schema:
    found = dict(option.type)
    if option.doc:
        found["description"] = option.doc
    if option.default is not None:
        found["default"] = option.default
    if option.example:
        found["examples"] = [option.example]
    return found


def model_of(signature: list[Option]) -> type[pydantic.BaseModel]:
    """The pydantic model of a section. Built once per signature (about 1 ms), then found by what stands in it (100 µs), or
    at once for the very list that was asked for before."""
    known, model = _asked.get(id(signature), (None, None))
    if model is None or known is not signature:
        model = _model(json.dumps([vars(option) for option in signature]))
        if len(_asked) >= MODELS:
            _asked.clear()
        _asked[id(signature)] = signature, model
    return model


_asked: dict[int, tuple[list[Option], type[pydantic.BaseModel]]] = {}
"""By the list's id; the list is kept beside, so that the id stays its own."""


@lru_cache(maxsize=MODELS)
def _model(signature: str) -> type[pydantic.BaseModel]:
    options = [Option(**data) for data in json.loads(signature)]
    # Fields are numbered and known by their alias: an option may be called `copy` or `_x`, a field may not.
    fields: dict[str, Any] = {
        f"option_{number}": (
            _type(option.type),
            pydantic.Field(... if option.required else None, alias=option.name),
        )
        for number, option in enumerate(options)
        if not option.rest
    }
    extra: Literal["allow", "forbid"] = "allow" if any(option.rest for option in options) else "forbid"
    config = pydantic.ConfigDict(strict=True, extra=extra, allow_inf_nan=False)
    return pydantic.create_model("Options", __config__=config, **fields)


def _type(schema: Schema) -> Any:
    if schema == DURATION:
        return Annotated[float, pydantic.BeforeValidator(_seconds)]
    if "anyOf" in schema:
        return Union[tuple(_type(inner) for inner in schema["anyOf"])]  # noqa: UP007 - the members are data
    if "enum" in schema:
        return Literal[tuple(schema["enum"])]
    if schema.get("type") == "array":
        return list[_type(schema.get("items", {}))]  # type: ignore[misc]
    if schema.get("type") == "object":
        return dict[str, _type(schema.get("additionalProperties", {}))]  # type: ignore[misc]
    return {"string": str, "integer": int, "number": float, "boolean": bool}.get(schema.get("type", ""), Any)


def _seconds(value: Any) -> float:
    try:
        return seconds(value, "")
    except BadInput as error:
        raise ValueError(error.problems[0].message) from None


def check_options(key: str, signature: list[Option], options: dict[str, Any], path: str) -> dict[str, Any]:
    """The given options as plain values of the right type (`"1h"` -> 3600.0); options that were left out stay out.

    Raises BadInput with a problem for each wrong one, at `path.option`.
    """
    try:
        model = model_of(signature).model_validate(options)
    except pydantic.ValidationError as error:
        raise BadInput(_problems(key, signature, options, path, error)) from None
    return model.model_dump(by_alias=True, exclude_unset=True)


def _problems(
    key: str, signature: list[Option], options: dict[str, Any], path: str, error: pydantic.ValidationError
) -> list[Problem]:
    by_name = {option.name: option for option in signature if not option.rest}
    details: dict[str, Any] = {}
    for detail in error.errors(include_url=False, include_context=False):
        name = str(detail["loc"][0])
        # A union reports each of its members: the one that got furthest knows best.
        if name not in details or len(detail["loc"]) > len(details[name]["loc"]):
            details[name] = detail
    unknown = [name for name in details if name not in by_name][:MAX_PROBLEMS]
    meant = {near(name, by_name) for name in unknown}
    missing = [name for name, detail in details.items() if detail["type"] == "missing" and name not in meant]
    wrong = [name for name, detail in details.items() if detail["type"] != "missing" and name in by_name]
    return [
        *(_unknown(key, name, by_name, path) for name in unknown),
        *(
            Problem(f"{path}.{name}", "missing", f"[{key}] needs {name}", by_name[name].example)
            for name in missing
        ),
        *(_wrong(by_name[name], options[name], details[name], path) for name in wrong),
    ]


def _unknown(key: str, name: str, by_name: dict[str, Option], path: str) -> Problem:
    field = f"{path}.{name}"
    if meant := near(name, by_name):
        return Problem(
            field,
            "unknown_option",
            f"[{key}] has no option {shown(name)}: did you mean {meant}?",
            by_name[meant].example,
        )
    message = f"[{key}] has no option {shown(name)}"
    if not by_name:
        return Problem(field, "unknown_option", f"{message}: it has none at all", f"[{key}]")
    return Problem(
        field,
        "unknown_option",
        f"{message}: it knows {listed(by_name, 'and')}",
        next(iter(by_name.values())).example,
    )


def _wrong(option: Option, value: Any, detail: Any, path: str) -> Problem:
    field, schema, value = _innermost(f"{path}.{option.name}", option.type, value, list(detail["loc"][1:]))
    if detail["type"] == "value_error" and not isinstance(
        value, list | dict | bool
    ):  # a duration says it best itself
        return Problem(field, "duration", detail["msg"].removeprefix("Value error, "), option.example)
    meant = near(value, map(str, schema["enum"])) if "enum" in schema and isinstance(value, str) else None
    hint = f": did you mean {shown(meant)}?" if meant else ""
    return Problem(field, "type", f"must be {in_words(schema)}, not {kind(value)}{hint}", option.example)


def _innermost(field: str, schema: Schema, value: Any, steps: list[Any]) -> tuple[str, Schema, Any]:
    """Follow pydantic's steps to the value that is wrong: (its path, its schema, itself)."""
    if "anyOf" in schema and len(steps) > 1:
        outer = "array" if isinstance(value, list) else "object"
        member: Schema = next((inner for inner in schema["anyOf"] if inner.get("type") == outer), {})
        return _innermost(field, member, value, steps[1:])  # the first step names the member
    if isinstance(value, list) and steps and isinstance(steps[0], int):
        return _innermost(f"{field}[{steps[0]}]", schema.get("items", {}), value[steps[0]], steps[1:])
    if isinstance(value, dict) and steps and steps[0] in value:
        inner = schema.get("additionalProperties", {})
        return _innermost(f"{field}.{steps[0]}", inner, value[steps[0]], steps[1:])
    return field, schema, value


def in_words(schema: Schema, many: bool = False) -> str:
    """What may stand there: "a whole number", "a list of texts"."""
    if "anyOf" in schema:
        return listed(in_words(inner, many) for inner in schema["anyOf"])
    if "enum" in schema:
        return listed(map(shown, schema["enum"]))
    if schema == DURATION:
        return "durations" if many else "a duration"
    one, more = WORDS.get(schema.get("type", ""), ("a value", "values"))
    inner = schema.get("items") or schema.get("additionalProperties")
    return (more if many else one) + (f" of {in_words(inner, many=True)}" if inner else "")


WORDS = {
    "string": ("a text", "texts"),
    "integer": ("a whole number", "whole numbers"),
    "number": ("a number", "numbers"),
    "boolean": ("true or false", "true or false"),
    "array": ("a list", "lists"),
    "object": ("a table", "tables"),
}
