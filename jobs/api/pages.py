"""Lists in pages: {"results": [...], "next": URL or null}. A cursor is the last row's key: no page is counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from django.db.models import Model, QuerySet
from django.http import QueryDict
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from jobs.api.reading import LARGEST_ID, StrictSerializer
from jobs.api.shapes import Shape

Row = TypeVar("Row", bound=Model)


class ListQuery(StrictSerializer):
    limit = serializers.IntegerField(min_value=1, max_value=200, default=50)
    examples: ClassVar[dict[str, str]] = {"limit": "50", "cursor": "the one in `next`"}


class NumberedQuery(ListQuery):
    cursor = serializers.IntegerField(min_value=0, max_value=LARGEST_ID, required=False)
    examples: ClassVar[dict[str, str]] = {**ListQuery.examples, "cursor": "1157"}


class NamedQuery(ListQuery):
    cursor = serializers.CharField(max_length=200, required=False)


class KeyedQuery(ListQuery):
    cursor = serializers.CharField(max_length=50, required=False)


def page(
    request: Request,
    rows: QuerySet[Row],
    asked: dict[str, Any],
    *,
    key: str,
    shape: type[Shape],
    prepare: Callable[[list[Row]], list[Any]] = list,
) -> Response:
    """One page of rows after the cursor, shown in a shape. key: the unique column to order by, "-id" for newest first."""
    column, direction = key.removeprefix("-"), "lt" if key.startswith("-") else "gt"
    if "cursor" in asked:
        rows = rows.filter(**{f"{column}__{direction}": asked["cursor"]})
    found = list(rows.order_by(key)[: asked["limit"] + 1])
    shown, more = found[: asked["limit"]], len(found) > asked["limit"]
    following = next_url(request, getattr(shown[-1], column)) if more else None
    results: Any = shape(prepare(shown), many=True)
    return Response({"results": results.data, "next": following})


def next_url(request: Request, cursor: Any) -> str:
    """This request's own address, filters and all, from the cursor on."""
    query: QueryDict = request.query_params.copy()
    query["cursor"] = str(cursor)
    return f"{request.build_absolute_uri(request.path)}?{query.urlencode()}"
