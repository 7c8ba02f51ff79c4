"""The finish of the OpenAPI document: refusals that are written once, true limits of what comes in, an example of each answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from jobs.api.reading import LARGEST_ID
from jobs.api.samples import sample_of

Node = dict[str, Any]

REFUSALS: dict[int, tuple[str, str, str]] = {
    400: ("BadInput", "bad_input", "Something in the request is not what it should be; each field is named"),
    401: ("NotKnown", "not_authenticated", "No token, or one that opens nothing"),
    403: ("NotAllowed", "not_allowed", "Your role, or the token's scope, does not allow this"),
    404: ("NotFound", "not_found", "There is no such thing"),
    406: ("NotAcceptable", "not_acceptable", "The client accepts nothing that can be answered with"),
    409: ("Conflict", "conflict", "It contradicts what is already there"),
    413: ("TooLarge", "too_large", "The body is larger than 1 MiB"),
    415: ("NotJson", "unsupported_media_type", "The body is not application/json"),
    429: ("TooMany", "too_many_requests", "Too many requests; Retry-After tells how many seconds to wait"),
    503: ("Unavailable", "unavailable", "The database does not answer; Retry-After tells when to try again"),
}
PATHS: dict[str, Node] = {
    "name": {"description": "its name; case does not matter", "example": "nightly backup"},
    "run_id": {"description": "id of the run", "example": 1207},
    "schedule_id": {"description": "id of the schedule", "example": 12},
    "link_id": {"description": "id of the link", "example": 3},
    "number": {"description": "its number, as the list tells it", "example": 1},
    "key": {
        "description": "as the list shows it; of a link: the end of its URL",
        "example": "mxx_0123456789a",
    },
}
YEARS = "^(197[1-9]|19[89][0-9]|20[0-9]{2}|21[0-8][0-9]|219[0-8])-"
"""Of moments that come in: see jobs.api.reading."""
NO_NUL = "^[^\\u0000]*$"
"""No column holds one."""


def refusals(reasons: dict[int, str]) -> Node:
    """responses of an operation by status; "" for what all operations say alike."""
    return {str(status): _refusal(status, reasons[status]) for status in sorted(reasons)}


def _refusal(status: int, why: str) -> Node:
    """OpenAPI 3.1 lets a reference have a description of its own."""
    reference = {"$ref": f"#/components/responses/{REFUSALS[status][0]}"}
    return {**reference, "description": why[0].upper() + why[1:]} if why else reference


def describe_parameter(parameter: Node, examples: dict[str, str], limits: dict[str, Node]) -> None:
    """In place: what it is, and an example. examples: of the query, limits: of the address, by name."""
    name, schema = parameter["name"], parameter["schema"]
    if parameter["in"] == "path":
        parameter |= PATHS.get(name, {})
        if schema["type"] == "integer":
            schema |= {"minimum": 0, "maximum": LARGEST_ID}
        schema |= limits.get(name, {})
    elif name in examples:
        parameter["example"] = _value(examples[name], schema)


def _value(text: str, schema: Node) -> Any:
    """Examples of a query are written as they stand in a URL."""
    return text if schema["type"] == "string" else json.loads(text)


def close_text(schema: Node, *, blank: bool) -> None:
    """In place, for text that comes in. blank: whether it may be empty."""
    if not schema.keys() & {"pattern", "enum", "format"}:
        schema["pattern"] = NO_NUL
    if not blank:
        schema["minLength"] = 1


def finish(result: Node, generator: Any, request: Any, public: bool) -> Node:
    """drf-spectacular's POSTPROCESSING_HOOKS."""
    components = result["components"]
    components["responses"] = {name: _response(*facts) for name, *facts in REFUSALS.values()}
    for content in _answers(result):
        content["example"] = sample_of(content["schema"], components["schemas"])
    return result


def _response(code: str, description: str) -> Node:
    problem = {"field": "schedule.hour", "code": "range", "message": "is 0 to 23", "example": "4"}
    error = {"code": code, "message": description, "fields": [problem] if code == "bad_input" else []}
    content = {"schema": {"$ref": "#/components/schemas/Error"}, "example": {"error": error}}
    answer: Node = {"description": description, "content": {"application/json": content}}
    if code in ("too_many_requests", "unavailable"):
        answer["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": "seconds"}}
    return answer


def _answers(result: Node) -> Iterator[Node]:
    """The contents of what is answered when nothing is refused."""
    for methods in result["paths"].values():
        for operation in methods.values():
            for answer in operation["responses"].values():
                yield from answer.get("content", {}).values()
