"""Who calls: a token (`Authorization: Bearer mxx_...`), or the session of somebody logged in to the pages."""

from __future__ import annotations

from hmac import compare_digest
from typing import Any

from knox.auth import TokenAuthentication
from knox.crypto import hash_token
from knox.settings import CONSTANTS
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from jobs.api.throttling import count_wrong_token
from jobs.models import Token
from jobs.timing import clock

LONGEST = 200


class BearerAuthentication(TokenAuthentication):
    """knox's, in one query that deletes nothing on the way, and never failing on bytes that are no token."""

    def authenticate(self, request: Request) -> tuple[Any, Token] | None:
        try:
            found: tuple[Any, Token] | None = super().authenticate(request)
        except AuthenticationFailed:
            count_wrong_token(str(request.META.get("REMOTE_ADDR", "")))
            raise
        return found

    def authenticate_credentials(self, token: bytes) -> tuple[Any, Token]:
        if len(token) > LONGEST or not token.isascii() or b"\x00" in token:
            raise AuthenticationFailed("this is not a token")
        text = token.decode("ascii")
        digest = hash_token(text)
        key = text[: CONSTANTS.TOKEN_KEY_LENGTH]
        for row in Token.objects.filter(token_key=key).select_related("user"):
            if compare_digest(digest, row.digest):
                return _alive(row)
        raise AuthenticationFailed("this token is not valid")


def _alive(token: Token) -> tuple[Any, Token]:
    if token.expiry is not None and token.expiry <= clock.now():
        raise AuthenticationFailed("this token has expired")
    if not token.user.is_active:
        raise AuthenticationFailed("the user of this token is not active")
    token.note_use()
    return token.user, token
