"""Sessions end: after 12 hours without a request, after 7 days in any case, and without the factor that is required."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponseBase

from jobs.services.entrance import is_alive
from jobs.services.secondfactor import is_enough


class SessionEnds:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        knows_one = settings.SESSION_COOKIE_NAME in request.COOKIES and SESSION_KEY in request.session
        if knows_one and not (is_enough(request.session) and is_alive(request.session)):
            request.session.flush()
            request.user = AnonymousUser()
        return self._get_response(request)
