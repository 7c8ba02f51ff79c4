"""OpenAPI: what each view takes and answers, what it may refuse, and an example of each."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers
from rest_framework.permissions import AllowAny

from jobs.api import document
from jobs.api.reading import Moment, StrictSerializer


class ErrorField(serializers.Serializer[Any]):
    field = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()
    example = serializers.CharField()
    line = serializers.IntegerField(required=False)
    column = serializers.IntegerField(required=False)


class ErrorBody(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField()
    fields = ErrorField(many=True)  # type: ignore[assignment]  # the contract's word


class Error(serializers.Serializer[Any]):
    error = ErrorBody()


class Schema(AutoSchema):
    """Reads query, body and refusals from the view's method."""

    @property
    def action_method(self) -> Any:
        return getattr(self.view, self.method.lower())

    def get_override_parameters(self) -> list[Any]:
        query = getattr(self.action_method, "query", None)
        return [query] if query else []

    def _map_serializer(self, serializer: Any, *more: Any, **other: Any) -> Any:
        """Of what comes in every field is named: others are refused."""
        schema = super()._map_serializer(serializer, *more, **other)
        if isinstance(serializer, StrictSerializer):
            schema |= {"additionalProperties": False, **serializer.rules}
        return schema

    def _map_serializer_field(self, field: Any, *more: Any, **other: Any) -> Any:
        """Of what comes in: what its type does not tell."""
        schema = super()._map_serializer_field(field, *more, **other)
        if isinstance(field.root, StrictSerializer) and isinstance(field, serializers.CharField):
            document.close_text(schema, blank=field.allow_blank)
        if isinstance(field.root, StrictSerializer) and isinstance(field, Moment):
            schema["pattern"] = document.YEARS
        if isinstance(field.parent, StrictSerializer):
            schema |= field.parent.limits.get(field.field_name, {})
        return schema

    def get_operation(self, *where: Any, **more: Any) -> Any:
        operation = super().get_operation(*where, **more)
        if operation is None:
            return None
        for parameter in operation.get("parameters", ()):
            document.describe_parameter(parameter, self._examples(), getattr(self.view, "limits", {}))
        if "requestBody" in operation:
            self._describe_body(operation["requestBody"])
        self._component(Error)
        operation["responses"] = document.refusals(self._refused(operation)) | operation["responses"]
        return operation

    def _describe_body(self, body: dict[str, Any]) -> None:
        """With an example."""
        kind = self.get_request_serializer()
        if isinstance(kind, type) and issubclass(kind, StrictSerializer):
            body["content"]["application/json"]["example"] = kind.example()
            if "oneOf" in kind.rules or "minProperties" in kind.rules:
                body["required"] = True

    def _examples(self) -> dict[str, str]:
        """Of the query, by name."""
        return getattr(getattr(self.action_method, "query", None), "examples", {})

    def _refused(self, operation: dict[str, Any]) -> dict[int, str]:
        """Status -> what is wrong then; "" for what each operation says alike."""
        found = dict.fromkeys((400, 406, 429, 503), "")
        if self.view.authentication_classes:
            found[401] = ""
        if AllowAny not in self.view.permission_classes:
            found[403] = ""
        if any(parameter["in"] == "path" for parameter in operation.get("parameters", ())):
            found[404] = ""
        if self.method in ("POST", "PUT", "PATCH"):
            found |= dict.fromkeys((413, 415), "")
        return found | getattr(self.action_method, "refuses", {})

    def _component(self, kind: type[serializers.Serializer[Any]]) -> None:
        self.resolve_serializer(kind, "response")


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = "jobs.api.authentication.BearerAuthentication"
    name = "token"
    priority = 1

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "A token, made by mxx-cli or an admin"}
