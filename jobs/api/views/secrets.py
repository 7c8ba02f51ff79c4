"""Secrets: their names are listed, their values only written."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from jobs import services
from jobs.api.base import ApiView, asks
from jobs.api.bodies import NewSecret, SecretValue
from jobs.api.pages import NamedQuery, page
from jobs.api.permissions import needs, refuses
from jobs.api.shapes import SecretShape, page_of
from jobs.models import Secret


def shown(secret: Secret) -> dict[str, Any]:
    return dict(SecretShape(secret).data)


class Secrets(ApiView):
    @extend_schema(operation_id="listSecrets", responses=page_of(SecretShape))
    @needs("jobs.view_secret")
    @asks(NamedQuery)
    def get(self, request: Request) -> Response:
        """The names of the secrets; never their values."""
        rows = Secret.objects.select_related("author")
        return page(request, rows, self.asked, key="name", shape=SecretShape)

    @extend_schema(operation_id="createSecret", request=NewSecret, responses={201: SecretShape})
    @needs("jobs.add_secret")
    @refuses({409: "a secret of this name exists"})
    def post(self, request: Request) -> Response:
        """Keep a new secret for runs that name it."""
        secret = services.set_secret(**self.given(NewSecret), by=self.caller, new=True)
        return Response(shown(secret), status=status.HTTP_201_CREATED)


class OneSecret(ApiView):
    limits: ClassVar[dict[str, dict[str, Any]]] = SecretValue.limits

    @extend_schema(operation_id="setSecret", request=SecretValue, responses=SecretShape)
    @needs("jobs.change_secret")
    def put(self, request: Request, name: str) -> Response:
        """Also one that is not there yet."""
        value = self.given(SecretValue)["value"]
        return Response(shown(services.set_secret(name=name, value=value, by=self.caller)))

    @extend_schema(operation_id="deleteSecret", responses={204: None})
    @needs("jobs.delete_secret")
    def delete(self, request: Request, name: str) -> Response:
        """Forget a secret; runs that name it will fail."""
        services.delete_secret(secret=services.find_secret(name))
        return Response(status=status.HTTP_204_NO_CONTENT)
