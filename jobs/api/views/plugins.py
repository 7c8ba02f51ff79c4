"""The plugins that job files may name."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework.request import Request
from rest_framework.response import Response

from jobs import services
from jobs.api.base import ApiView
from jobs.api.permissions import needs
from jobs.api.shapes import PluginShape
from plugins import options, registry


class Plugins(ApiView):
    @extend_schema(
        operation_id="listPlugins",
        responses=inline_serializer("PluginList", {"results": PluginShape(many=True)}),
    )
    @needs("jobs.view_job")
    def get(self, request: Request) -> Response:
        """The plugins that job files may name, with their options as JSON Schema, and those that cannot be loaded."""
        found = sorted(services.plugin_catalog().values(), key=lambda plugin: plugin.name)
        return Response({"results": [shown(plugin) for plugin in found]})


def shown(plugin: registry.Description) -> dict[str, Any]:
    return {
        "name": plugin.name,
        "class": plugin.cls,
        "module": plugin.module,
        "version": plugin.version,
        "builtin": plugin.builtin,
        "doc": plugin.doc,
        "hooks": list(dict.fromkeys(hook["point"] for hook in plugin.hooks)),
        "schema": options.json_schema(plugin.options),
        "error": plugin.error,
    }
