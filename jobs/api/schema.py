"""OpenAPI: what each view takes and answers, its error shape, and who may call."""

from __future__ import annotations

from typing import Any, Literal

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers


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
    """Reads the query from the view, and adds the error shape to every operation."""

    def get_override_parameters(self) -> list[Any]:
        query = getattr(getattr(self.view, self.method.lower()), "query", None)
        return [query] if query else []

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        refused = self._get_response_for_code(Error, "default", media_types=["application/json"])
        return {**bodies, "default": {**refused, "description": "Refused; the reason is in words"}}


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = "jobs.api.authentication.BearerAuthentication"
    name = "token"
    priority = 1

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "A token, made by mxx-cli or an admin"}
