"""A plugin's options, from the JSON Schema of its section into rows for people. Shared with the docs page."""

from __future__ import annotations

import json
from typing import Any

HEADS = ["option", "type", "default", "what it is"]
NEEDED = "needed"
WORDS = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true/false",
    "array": "list",
    "object": "table",
}


def rows(schema: dict[str, Any]) -> list[list[str]]:
    """One for each option, in the order of HEADS."""
    needed = schema.get("required", [])
    return [
        [name, in_words(about), NEEDED if name in needed else _default(about), about.get("description", "")]
        for name, about in schema.get("properties", {}).items()
    ]


def in_words(schema: dict[str, Any], many: bool = False) -> str:
    """`list of texts`, `"keep", "finish"`."""
    if "anyOf" in schema:
        return " or ".join(in_words(one, many) for one in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(map(_written, schema["enum"]))
    if schema.get("format") == "mxx-duration":
        return "durations" if many else "duration"
    outer = WORDS.get(schema.get("type", ""), "any value") + ("s" if many else "")
    inner = schema.get("items") or schema.get("additionalProperties")
    return f"{outer} of {in_words(inner, many=True)}" if isinstance(inner, dict) else outer


def _default(about: dict[str, Any]) -> str:
    return _written(about["default"]) if about.get("default") is not None else ""


def _written(value: Any) -> str:
    """As in a job file."""
    return f"{value:g}" if isinstance(value, float) else json.dumps(value, ensure_ascii=False)
