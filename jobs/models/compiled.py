"""Queries that the supervisor asks many times a second, compiled once.

To build one and to turn it into SQL costs Django half a millisecond and more, the database a tenth of that. The query
itself stays a QuerySet: only what differs between two askings is filled in.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection, models

from jobs.models.together import together


class Plan(NamedTuple):
    """params: what the SQL is given, in its order: (place in what was asked for, None) or (None, always the same)."""

    compiler: Any
    sql: str
    params: list[tuple[int | None, Any]]

    def rows(self, cursor: Any) -> list[tuple[Any, ...]]:
        return list(self.compiler.results_iter([cursor.fetchall()], tuple_expected=True))


class Compiled:
    """build: makes the query set from keyword arguments; each is a moment, a number, a text, or a list of one of these
    for `__in`. None of them may be null, or be changed by the query (as `startswith` does)."""

    def __init__(self, build: Callable[..., models.QuerySet[Any, Any]]) -> None:
        self._build = build
        self._plans: dict[tuple[int, ...], Plan] = {}

    def rows(self, **given: Any) -> list[tuple[Any, ...]]:
        """What a `values_list` would give. Without anything in a list there is nothing to find."""
        if [] in given.values():
            return []
        [found] = ask((self, given))
        return found

    def filled(self, given: dict[str, Any]) -> tuple[Plan, list[Any]]:
        """And what its SQL is given."""
        lists = {
            name: _padded(value) if isinstance(value, list) else [value] for name, value in given.items()
        }
        shape = tuple(map(len, lists.values()))
        if shape not in self._plans:
            self._plans[shape] = _plan(self._build, given, lists)
        plan = self._plans[shape]
        flat = [_adapted(value) for values in lists.values() for value in values]
        return plan, [same if place is None else flat[place] for place, same in plan.params]


def ask(*asked: tuple[Compiled, dict[str, Any]]) -> list[list[tuple[Any, ...]]]:
    """The rows of each query, one journey for all. There is something in each list that is given."""
    plans = [compiled.filled(given) for compiled, given in asked]
    with ExitStack() as stack:
        cursors = [stack.enter_context(connection.cursor()) for _ in plans]
        with together() if len(plans) > 1 else nullcontext():
            for cursor, (plan, params) in zip(cursors, plans, strict=True):
                cursor.execute(plan.sql, params)
        return [plan.rows(cursor) for cursor, (plan, _) in zip(cursors, plans, strict=True)]


def _plan(
    build: Callable[..., models.QuerySet[Any, Any]], given: dict[str, Any], lists: dict[str, list[Any]]
) -> Plan:
    """Compiled with marks in place of the values, so that each is found again in what the SQL is given."""
    marks: dict[Any, int] = {}
    asked: dict[str, Any] = {}
    for name, values in lists.items():
        own = [_mark(value, len(marks) + place) for place, value in enumerate(values)]
        marks |= {_adapted(mark): len(marks) + place for place, mark in enumerate(own)}
        asked[name] = own if isinstance(given[name], list) else own[0]
    compiler = build(**asked).query.get_compiler(connection.alias)
    sql, params = compiler.as_sql()
    lost = marks.keys() - set(params)
    assert not lost, f"the query changes what it is given: {lost}"
    return Plan(compiler, sql, [(marks.get(value), value) for value in params])


def _mark(value: Any, number: int) -> Any:
    """A value of its kind that stands nowhere else."""
    if isinstance(value, datetime):
        return datetime.min.replace(tzinfo=UTC) + timedelta(microseconds=number)
    return f"\0mark {number}" if isinstance(value, str) else -(1 << 40) - number


def _adapted(value: Any) -> Any:
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value


def _padded(values: list[Any]) -> list[Any]:
    """To a power of two, by its last value again: so there are few shapes."""
    return values + values[-1:] * ((1 << (len(values) - 1).bit_length()) - len(values))
