"""Who may do what. Until roles exist: whoever is known may read; each writing method names the permission it needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

Method = TypeVar("Method", bound=Callable[..., Any])
KNOWN_USER = ""


def needs(permission: str) -> Callable[[Method], Method]:
    """Marks a view's method: `@needs("jobs.change_job")`; KNOWN_USER for a POST that changes nothing."""

    def mark(method: Method) -> Method:
        method.needs = permission  # type: ignore[attr-defined]
        return method

    return mark


class MayDoThis(BasePermission):
    """Superusers have every permission. A writing method that was not marked is refused to everybody."""

    message = "your user may read this, but not change it"

    def has_permission(self, request: Request, view: Any) -> bool:
        user = request.user
        if not (user and user.is_authenticated):
            return False
        method = getattr(view, (request.method or "").lower(), None)
        if request.method in SAFE_METHODS or method is None:
            return True  # a method that the view does not have is answered with 405 afterwards
        needed = getattr(method, "needs", None)
        return needed is not None and (needed == KNOWN_USER or user.has_perm(needed))
