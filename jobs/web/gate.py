"""Deny by default: every page is for members, and says so once."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, reverse
from django_htmx.http import HttpResponseClientRedirect

View = Callable[..., Any]


def member(request: HttpRequest) -> User:
    """Who is asking, behind the gate."""
    assert isinstance(request.user, User)
    return request.user


def members_only(view: View) -> View:
    """Sends a stranger to the login page; a poll of an ended session takes its whole page there."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        return _to_login(request)

    return guarded


def members(patterns: list[URLPattern]) -> list[URLPattern]:
    """The same patterns, each view guarded."""
    for pattern in patterns:
        pattern.callback = members_only(pattern.callback)
    return patterns


def _to_login(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponseClientRedirect(reverse("web:login"))
    return redirect_to_login(request.get_full_path(), reverse("web:login"))
