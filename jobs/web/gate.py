"""Deny by default: every page is for members, and every change for those who may make it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http.client import METHOD_NOT_ALLOWED
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, reverse
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from jobs import services
from jobs.models import role_of
from jobs.web.returning import page_above, page_of

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

    A member without the permission gets a 403; so does everybody at a view that names none. Whoever looks at an address that
    only takes what a button sends (after a login, by the browser's own list) comes to the page above it.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.is_authenticated:
            return _to_login(request)
        needed = getattr(view, "needs", None)
        if needed is None or not services.may(member(request), needed):
            services.record("denied", request.path, method=request.method)
            raise PermissionDenied(_refusal(member(request)))
        answer = view(request, *args, **kwargs)
        if answer.status_code == METHOD_NOT_ALLOWED and request.method in ("GET", "HEAD"):
            return redirect(page_above(request.path))
        return answer

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
        back = urlencode({"next": page_of(request)}, safe="/")
        return HttpResponseClientRedirect(f"{reverse('web:login')}?{back}")
    return redirect_to_login(page_of(request), reverse("web:login"))
