"""Many rows, each with values of its own, in one statement: on SQLite prepared once and executed for each row, on
PostgreSQL planned once over a table that travels as JSON.

`bulk_update` and `bulk_create` look at every field of every row: for what a storm writes they cost five times as much.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple, TypeAlias

from django.db import DEFAULT_DB_ALIAS, connection, connections, models

Field: TypeAlias = "models.Field[Any, Any]"
Fields: TypeAlias = "Sequence[Field]"
Rows = Sequence[Sequence[Any]]
Names = tuple[str, ...]
Change = tuple[dict[str, Any], dict[str, Any]]
"""Which row, by fields that it must have; and its new values. All changes of one call name the same fields."""


class Statement(NamedTuple):
    """fields: of which each row brings a value, in this order."""

    sql: str
    fields: Fields


def write_rows(model: type[models.Model], changes: Sequence[Change]) -> None:
    """Call it in a transaction: without one, each row would be a commit of its own. A row that is not so stays as it is."""
    if changes:
        expected, values = map(tuple, changes[0])
        rows = [[*new.values(), *old.values()] for old, new in changes]
        _execute(_update(model, values, expected, connection.vendor), rows)


def add_rows(common: models.Model, rows: Sequence[dict[str, Any]]) -> None:
    """Insert a row for each of `rows`, which all name the same fields; the others are those of `common`. One that meets a
    UNIQUE is left out. In a transaction, as above."""
    if not rows:
        return
    model, own = type(common), tuple(rows[0])
    shared = [_stored(field, None, field.pre_save(common, True), connection) for field in _others(model, own)]
    _execute(_insert(model, own, connection.vendor), [list(row.values()) for row in rows], shared)


def _execute(statement: Statement, rows: Rows, shared: Sequence[Any] = ()) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(statement.sql, [*shared, _as_json(rows)])
        else:
            columns = _columns(statement.fields, rows)
            cursor.executemany(statement.sql, [[*shared, *values] for values in zip(*columns, strict=True)])


# ---- SQL


@cache
def _update(model: type[models.Model], new: Names, old: Names, vendor: str) -> Statement:
    values, expected = _fields(model, new), _fields(model, old)
    if vendor != "postgresql":
        sets = ", ".join(f"{_column(field)} = %s" for field in values)
        wheres = " AND ".join(f"{_column(field)} = %s" for field in expected)
        return Statement(f"UPDATE {_table(model)} SET {sets} WHERE {wheres}", [*values, *expected])
    sets = ", ".join(f"{_column(field)} = v{at}" for at, field in enumerate(values))
    wheres = " AND ".join(f"t.{_column(field)} = v{at}" for at, field in enumerate(expected, len(values)))
    source = _json_table([*values, *expected])
    return Statement(
        f"UPDATE {_table(model)} t SET {sets} FROM {source} WHERE {wheres}", [*values, *expected]
    )


@cache
def _insert(model: type[models.Model], names: Names, vendor: str) -> Statement:
    """What is shared comes first."""
    own, same = _fields(model, names), _others(model, names)
    marks = ", ".join(["%s"] * (len(same) + len(own)))
    source = f"VALUES ({marks})"
    if vendor == "postgresql":
        constants = "".join(f"CAST(%s AS {_type(field)}), " for field in same)
        source = f"SELECT {constants}v.* FROM {_json_table(own)}"
    into = f"{_table(model)} ({', '.join(map(_column, [*same, *own]))})"
    return Statement(f"INSERT INTO {into} {source} ON CONFLICT DO NOTHING", own)


def _others(model: type[models.Model], names: Names) -> list[Field]:
    own = _fields(model, names)
    return [field for field in model._meta.concrete_fields if not field.primary_key and field not in own]


def _json_table(fields: Fields) -> str:
    columns = ", ".join(f"v{at} {_type(field)}" for at, field in enumerate(fields))
    return f"json_to_recordset(%s::json) AS v({columns})"


def _type(field: Field) -> str:
    """Without a length: casting to one would cut silently, storing in the column refuses."""
    return str(field.db_type(connection)).partition("(")[0]


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _column(field: Field) -> str:
    return connection.ops.quote_name(str(field.column))


def _fields(model: type[models.Model], names: Iterable[str]) -> list[Field]:
    """Columns of the row's own."""
    fields = [model._meta.get_field(name) for name in names]
    assert all(isinstance(field, models.Field) for field in fields)
    return fields  # type: ignore[return-value]


# ---- values


def _as_json(rows: Rows) -> str:
    """For PostgreSQL, which makes of each value what its column holds: a quarter of what arrays cost this process."""
    names = [f"v{at}" for at in range(len(rows[0]))]
    return json.dumps([dict(zip(names, row, strict=True)) for row in rows], default=datetime.isoformat)


def _columns(fields: Fields, rows: Rows) -> list[list[Any]]:
    """What SQLite is given: a list for each field, with a value for each row."""
    database = connections[DEFAULT_DB_ALIAS]  # its proxy costs as much as the rest
    return [
        [_stored(field, kind, value, database) for value in values]
        for field, kind, values in zip(fields, map(_kind, fields), zip(*rows, strict=True), strict=True)
    ]


def _stored(field: Field, kind: type | None, value: Any, database: Any) -> Any:
    if value is None or type(value) is kind:
        return value
    if type(value) is datetime:
        return database.ops.adapt_datetimefield_value(value)
    stored = field.get_db_prep_save(value, database)
    return str(stored) if isinstance(stored, models.TextChoices) else stored


def _kind(field: Field) -> type | None:
    """What is stored as it is; to ask the field would be most of the work."""
    if isinstance(field, models.CharField | models.TextField):
        return str
    if isinstance(field, models.IntegerField | models.ForeignKey):
        return int
    return float if isinstance(field, models.FloatField) else None
