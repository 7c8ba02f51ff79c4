"""Who may do what: each method of a view names the permission that it needs; one that names none is nobody's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from jobs import services
from jobs.models import Token

Method = TypeVar("Method", bound=Callable[..., Any])


def needs(permission: str) -> Callable[[Method], Method]:
    """Marks a view's method: `@needs("jobs.change_job")`, or services.KNOWN_USER, services.OWN_ACCOUNT."""

    def mark(method: Method) -> Method:
        method.needs = permission  # type: ignore[attr-defined]
        return method

    return mark


def refuses(reasons: dict[int, str]) -> Callable[[Method], Method]:
    """Marks a view's method with what it may refuse beyond what each method may: `@refuses({409: "the run is over"})`."""

    def mark(method: Method) -> Method:
        method.refuses = reasons  # type: ignore[attr-defined]
        return method

    return mark


def token_of(request: Request) -> Token | None:
    """The token that was sent; None for a session."""
    return request.auth if isinstance(request.auth, Token) else None


class MayDoThis(BasePermission):
    """The user's role, and the token's scope below it. A token for one job enters only views that look after that."""

    message = "your role does not allow this"

    def has_permission(self, request: Request, view: Any) -> bool:
        if not (request.user and request.user.is_authenticated):
            return False
        method = getattr(view, (request.method or "").lower(), None)
        if method is None:
            return True  # answered with 405 afterwards
        token = token_of(request)
        if token and token.job_id and not getattr(view, "for_one_job", False):
            self.message = "this token is for one job, and this address is about all of them"
            return False
        self.message = self._words(token)
        needed = getattr(method, "needs", None)
        allowed = needed is not None and services.may(request.user, needed, token)
        if not allowed:
            services.record("denied", request.path, method=request.method)
        return allowed

    def _words(self, token: Token | None) -> str:
        if token is None or token.is_the_owners:
            return "your role does not allow this"
        return f"your role, or this token's scope {token.scope!r}, does not allow this"
