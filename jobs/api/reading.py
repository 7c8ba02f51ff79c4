"""Checked input: serializers that refuse what they do not know, and tell problems in the one shape."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from django.http import QueryDict
from django.utils.dateparse import parse_datetime
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from plugins.exceptions import BadInput, Problem

LARGEST_ID = 2**63 - 1
MOST_UNKNOWN = 20
"""So many fields that do not exist are named."""
YEARS = range(1970, 2200)
MOMENT = "2026-03-01T04:30:00Z"


class StrictSerializer(serializers.Serializer[Any]):
    """Unknown fields are refused; `examples` has a good value for each field."""

    examples: ClassVar[dict[str, str]] = {}
    """As JSON; of a query as they stand in a URL."""
    limits: ClassVar[dict[str, dict[str, Any]]] = {}
    rules: ClassVar[dict[str, Any]] = {}
    """What JSON Schema can tell beyond the fields' types, of each field and of all together, for the API's document."""

    @classmethod
    def example(cls) -> dict[str, Any]:
        """A good body."""
        known = cls._declared_fields
        return {name: json.loads(value) for name, value in cls.examples.items() if name in known}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        strange = [name for name in data if name not in self.fields]
        unknown = {name: [self._unknown(name)] for name in strange[:MOST_UNKNOWN]}
        try:
            known: dict[str, Any] = super().to_internal_value(data)
        except serializers.ValidationError as error:
            raise serializers.ValidationError({**unknown, **error.detail}) from None  # type: ignore[dict-item]
        if unknown:
            raise serializers.ValidationError(unknown)
        return known

    def _unknown(self, name: str) -> ErrorDetail:
        return ErrorDetail(f"is not known here (known: {', '.join(self.fields) or 'nothing'})", "unknown")


def read(kind: type[StrictSerializer], data: Any) -> dict[str, Any]:
    """The checked values. Raises BadInput with every problem at once."""
    if not isinstance(data, Mapping):
        raise BadInput(Problem("", "type", "the body must be a JSON object", _example(kind, "")))
    serializer = kind(data=dict(data))
    if not serializer.is_valid():
        raise BadInput(
            Problem(field[:80], str(detail.code), str(detail), _example(kind, field))
            for field, details in serializer.errors.items()
            for detail in _leaves(details)
        )
    return serializer.validated_data


def read_query(kind: type[StrictSerializer], query: QueryDict) -> dict[str, Any]:
    """The checked query of a URL; each name at most once."""
    twice = [name for name, values in query.lists() if len(values) > 1]
    if twice:
        raise BadInput(Problem(name, "duplicate", "stands here twice", f"{name}=...") for name in twice)
    return read(kind, query.dict())


def together(*readings: Callable[[], Any]) -> list[Any]:
    """The result of each reading. Raises one BadInput with the problems of them all."""
    results, problems = [], []
    for reading in readings:
        try:
            results.append(reading())
        except BadInput as error:
            problems += error.problems
    if problems:
        raise BadInput(problems)
    return results


def _leaves(details: Any) -> list[ErrorDetail]:
    """REST framework nests the errors of a list or dict field; the reader wants them flat."""
    if isinstance(details, ErrorDetail):
        return [details]
    parts = details.values() if isinstance(details, Mapping) else details
    return [leaf for part in parts for leaf in _leaves(part)]


def _example(kind: type[StrictSerializer], field: str) -> str:
    """A good value of this field; for a field that does not exist, a good body."""
    if field in kind.examples:
        return kind.examples[field]
    return "{" + ", ".join(f'"{name}": {value}' for name, value in [*kind.examples.items()][:2]) + "}"


class StrictBoolean(serializers.BooleanField):
    """true or false; REST framework's own also takes "yes", 1 and "off"."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=str(data)[:80])
        return bool(data)


class StrictText(serializers.CharField):
    """A JSON string as it is; REST framework's own also takes numbers, and cuts spaces off."""

    def __init__(self, **options: Any) -> None:
        super().__init__(trim_whitespace=False, **options)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Moment(serializers.DateTimeField):
    """Out: ISO 8601 in UTC with Z. In: a moment with its zone; one without is refused, not guessed."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "form": "is no ISO 8601 moment",
        "naive": "has no zone: end it with Z or an offset such as +01:00 (in a URL: %2B01:00)",
        "range": f"is outside the years {YEARS[0]} to {YEARS[-1]}",
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(default_timezone=UTC, **options)

    def to_internal_value(self, value: Any) -> datetime:
        moment = self._parsed(value)
        if moment.tzinfo is None:
            self.fail("naive")
        if not YEARS[0] < moment.year < YEARS[-1]:
            self.fail("range")
        return moment.astimezone(UTC)

    def _parsed(self, value: Any) -> datetime:
        try:
            moment = parse_datetime(value) if isinstance(value, str) else None
        except ValueError:
            moment = None
        if moment is None:
            self.fail("form")
        return moment
