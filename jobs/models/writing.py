"""Many rows, each with values of its own, in one statement that is prepared once.

`bulk_update` and `bulk_create` look at every field of every row: for what a storm writes they cost five times as much.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models

Change = tuple[dict[str, Any], dict[str, Any]]
"""Which row, by fields that it must have; and its new values. All changes of one call name the same fields."""


def write_rows(model: type[models.Model], changes: Sequence[Change]) -> None:
    """Call it in a transaction: without one, each row would be a commit of its own. A row that is not so stays as it is."""
    if not changes:
        return
    expected, values = changes[0]
    table = connection.ops.quote_name(model._meta.db_table)
    sets, wheres = _equals(model, values, ", "), _equals(model, expected, " AND ")
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {table} SET {sets} WHERE {wheres}",
            [[*_stored(model, new), *_stored(model, old)] for old, new in changes],
        )


def add_rows(common: models.Model, rows: Sequence[dict[str, Any]]) -> None:
    """Insert a row for each of `rows`, which all name the same fields; the others are those of `common`. One that meets a
    UNIQUE is left out. In a transaction, as above."""
    if not rows:
        return
    model, own = type(common), rows[0].keys()
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    table = connection.ops.quote_name(model._meta.db_table)
    same = {field.name: field.pre_save(common, True) for field in fields if field.name not in own}
    stored = dict(zip(same, _stored(model, same), strict=True))
    prepare = {name: _field(model, name).get_db_prep_save for name in own}
    values = []
    for row in rows:
        filled = stored | {name: prepare[name](value, connection) for name, value in row.items()}
        values.append([filled[field.name] for field in fields])
    marks = ", ".join(["%s"] * len(fields))
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks}) ON CONFLICT DO NOTHING", values)


def _equals(model: type[models.Model], names: Iterable[str], joint: str) -> str:
    columns = (connection.ops.quote_name(str(_field(model, name).column)) for name in names)
    return joint.join(f"{column} = %s" for column in columns)


def _stored(model: type[models.Model], values: dict[str, Any]) -> list[Any]:
    return [_field(model, name).get_db_prep_save(value, connection) for name, value in values.items()]


def _field(model: type[models.Model], name: str) -> models.Field[Any, Any]:
    """A column of the row's own."""
    field = model._meta.get_field(name)
    assert isinstance(field, models.Field)
    return field
