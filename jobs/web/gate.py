"""Deny by default: every page is for members, and every change for those who may make it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, reverse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

View = Callable[..., Any]
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
NOTHING = ""
"""What a change needs that touches only the member's own session."""


def needs(permission: str) -> Callable[[View], View]:
    """Marks a view that changes something: `@needs("jobs.change_job")`. Put it on top of the other decorators."""

    def mark(view: View) -> View:
        view.needs = permission  # type: ignore[attr-defined]
        return view

    return mark


def member(request: HttpRequest) -> User:
    """Who is asking, behind the gate."""
    assert isinstance(request.user, User)
    return request.user


def members_only(view: View) -> View:
    """Sends a stranger to the login page; a poll of an ended session takes its whole page there.

    A member without the permission gets a 403; so does everybody at a changing view that names none.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.is_authenticated:
            return _to_login(request)
        if request.method not in SAFE_METHODS and not _may(member(request), getattr(view, "needs", None)):
            raise PermissionDenied(_("You may look at this, but not change it."))
        return view(request, *args, **kwargs)

    return guarded


def _may(user: User, permission: str | None) -> bool:
    return permission is not None and (permission == NOTHING or user.has_perm(permission))


def members(patterns: list[URLPattern]) -> list[URLPattern]:
    """The same patterns, each view guarded."""
    for pattern in patterns:
        pattern.callback = members_only(pattern.callback)
    return patterns


def _to_login(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponseClientRedirect(reverse("web:login"))
    return redirect_to_login(request.get_full_path(), reverse("web:login"))
