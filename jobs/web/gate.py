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

from jobs import services
from jobs.models import role_of

View = Callable[..., Any]


def needs(permission: str) -> Callable[[View], View]:
    """Marks a view: `@needs("jobs.change_job")`, or services.KNOWN_USER, services.OWN_ACCOUNT. On top of other decorators."""

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

    A member without the permission gets a 403; so does everybody at a view that names none.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.is_authenticated:
            return _to_login(request)
        needed = getattr(view, "needs", None)
        if needed is None or not services.may(member(request), needed):
            services.record("denied", request.path, method=request.method)
            raise PermissionDenied(_refusal(member(request)))
        return view(request, *args, **kwargs)

    return guarded


def _refusal(user: User) -> str:
    role = role_of(user)
    if role is None:
        return _("You have no role yet: an admin has to give you one.")
    return _("Your role, %(role)s, does not allow this.") % {"role": role.value}


def members(patterns: list[URLPattern]) -> list[URLPattern]:
    """The same patterns, each view guarded."""
    for pattern in patterns:
        pattern.callback = members_only(pattern.callback)
    return patterns


def _to_login(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponseClientRedirect(reverse("web:login"))
    return redirect_to_login(request.get_full_path(), reverse("web:login"))
