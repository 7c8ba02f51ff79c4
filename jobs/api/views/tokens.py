"""A person's own tokens: list, make, revoke; an admin sees and revokes everybody's. Not with a token, other than the one in MXX_HOME."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from jobs import services
from jobs.api.base import ApiView, asks
from jobs.api.bodies import NewToken
from jobs.api.pages import KeyedQuery, page
from jobs.api.permissions import needs, refuses
from jobs.api.shapes import NewTokenShape, TokenShape, page_of


class TokenQuery(KeyedQuery):
    all = serializers.BooleanField(default=False, help_text="everybody's; for admins")
    examples: ClassVar[dict[str, str]] = {**KeyedQuery.examples, "all": "true"}


class Tokens(ApiView):
    @extend_schema(operation_id="listTokens", responses=page_of(TokenShape))
    @needs(services.OWN_ACCOUNT)
    @asks(TokenQuery)
    def get(self, request: Request) -> Response:
        """One's own tokens, never what they are."""
        rows = services.tokens_seen_by(self.caller, everybodys=self.asked["all"])
        return page(request, rows, self.asked, key="token_key", shape=TokenShape)

    @extend_schema(operation_id="createToken", request=NewToken, responses={201: NewTokenShape})
    @needs(services.OWN_ACCOUNT)
    @refuses({404: "there is no job of this name"})
    def post(self, request: Request) -> Response:
        """The answer is the only one that holds the token."""
        given = self.given(NewToken)
        job = self.job(given.pop("job")) if given.get("job") else None
        token, key = services.make_token(user=self.caller, **{**given, "job": job})
        shown: dict[str, Any] = {**TokenShape(token).data, "token": key}
        return Response(shown, status=status.HTTP_201_CREATED)


class OneToken(ApiView):
    @extend_schema(operation_id="revokeToken", responses={204: None})
    @needs(services.OWN_ACCOUNT)
    def delete(self, request: Request, key: str) -> Response:
        """From this moment on the token opens nothing."""
        services.revoke_token(token=services.find_token(self.caller, key))
        return Response(status=status.HTTP_204_NO_CONTENT)
