"""The plugins that job files may name."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework.request import Request
from rest_framework.response import Response

from jobs.api.base import ApiView
from jobs.api.shapes import PluginShape
from plugins import registry


class Plugins(ApiView):
    @extend_schema(
        operation_id="listPlugins",
        responses=inline_serializer("PluginList", {"results": PluginShape(many=True)}),
    )
    def get(self, request: Request) -> Response:
        return Response({"results": registry.catalog()})
