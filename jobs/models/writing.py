"""Many rows, each with values of its own, in one statement: on SQLite prepared once and executed for each row, on
PostgreSQL planned once over arrays, a column each.

`bulk_update` and `bulk_create` look at every field of every row: for what a storm writes they cost five times as much.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from django.db import DEFAULT_DB_ALIAS, connection, connections, models

Field: TypeAlias = "models.Field[Any, Any]"
Fields: TypeAlias = "Sequence[Field]"
Rows = Sequence[Sequence[Any]]
Change = tuple[dict[str, Any], dict[str, Any]]
"""Which row, by fields that it must have; and its new values. All changes of one call name the same fields."""


def write_rows(model: type[models.Model], changes: Sequence[Change]) -> None:
    """Call it in a transaction: without one, each row would be a commit of its own. A row that is not so stays as it is."""
    if not changes:
        return
    expected, values = (_fields(model, names) for names in changes[0])
    update = _update_arrays if connection.vendor == "postgresql" else _update_each
    update(model, values, expected, [[*new.values(), *old.values()] for old, new in changes])


def _update_arrays(model: type[models.Model], values: Fields, expected: Fields, rows: Rows) -> None:
    fields = [*values, *expected]
    sets = ", ".join(f"{_column(field)} = v{at}" for at, field in enumerate(values))
    wheres = (f"t.{_column(field)} = v{at}" for at, field in enumerate(expected, len(values)))
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {_table(model)} t SET {sets} FROM {_arrays(fields)} WHERE {' AND '.join(wheres)}",
            _columns(fields, rows),
        )


def _update_each(model: type[models.Model], values: Fields, expected: Fields, rows: Rows) -> None:
    sets = ", ".join(f"{_column(field)} = %s" for field in values)
    wheres = " AND ".join(f"{_column(field)} = %s" for field in expected)
    stored = list(zip(*_columns([*values, *expected], rows), strict=True))
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {_table(model)} SET {sets} WHERE {wheres}", stored)


def add_rows(common: models.Model, rows: Sequence[dict[str, Any]]) -> None:
    """Insert a row for each of `rows`, which all name the same fields; the others are those of `common`. One that meets a
    UNIQUE is left out. In a transaction, as above."""
    if not rows:
        return
    model = type(common)
    own = _fields(model, rows[0])
    same = [field for field in model._meta.concrete_fields if not field.primary_key and field not in own]
    shared = [_stored(field, None, field.pre_save(common, True), connection) for field in same]
    columns = _columns(own, [list(row.values()) for row in rows])
    into = f"{_table(model)} ({', '.join(map(_column, [*same, *own]))})"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            constants = "".join(f"CAST(%s AS {_type(field)}), " for field in same)
            found = f"SELECT {constants}v.* FROM {_arrays(own)}"
            cursor.execute(f"INSERT INTO {into} {found} ON CONFLICT DO NOTHING", [*shared, *columns])
        else:
            marks = ", ".join(["%s"] * (len(same) + len(own)))
            stored = [[*shared, *values] for values in zip(*columns, strict=True)]
            cursor.executemany(f"INSERT INTO {into} VALUES ({marks}) ON CONFLICT DO NOTHING", stored)


def _columns(fields: Fields, rows: Rows) -> list[list[Any]]:
    """What the database is given: a list for each field, with a value for each row."""
    database = connections[DEFAULT_DB_ALIAS]  # its proxy costs as much as the rest
    return [
        [_stored(field, kind, value, database) for value in values]
        for field, kind, values in zip(fields, map(_kind, fields), zip(*rows, strict=True), strict=True)
    ]


def _stored(field: Field, kind: type | None, value: Any, database: Any) -> Any:
    """Choices become plain text: an array must not mix the two."""
    if value is None or type(value) is kind:
        return value
    stored = field.get_db_prep_save(value, database)
    return str(stored) if isinstance(stored, models.TextChoices) else stored


def _kind(field: Field) -> type | None:
    """What is stored as it is; to ask the field would be most of the work."""
    if isinstance(field, models.CharField | models.TextField):
        return str
    return int if isinstance(field, models.IntegerField | models.ForeignKey) else None


def _arrays(fields: Fields) -> str:
    names = ", ".join(f"v{at}" for at in range(len(fields)))
    return f"unnest({', '.join(f'%s::{_type(field)}[]' for field in fields)}) AS v({names})"


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
