"""When no page can be made because the database does not answer: 503 and a sentence, never a fault of the page."""

from __future__ import annotations

import sys
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template import loader
from django.views import defaults

from jobs import services

RETRY_AFTER = "5"
Answer = Callable[[HttpRequest], HttpResponseBase]


def server_error(request: HttpRequest) -> HttpResponseBase:
    """handler500, for every face: called while the error is being handled."""
    error = sys.exc_info()[1]
    if isinstance(error, Exception) and services.is_away(error):
        return unavailable()
    return defaults.server_error(request)


def unavailable() -> HttpResponse:
    """Needs no database itself."""
    response = HttpResponse(loader.render_to_string("503.html"), status=503)
    response["Retry-After"] = RETRY_AFTER
    return response


def database_is_there(answer: Answer) -> Answer:
    """Middleware. Without it a request after the file was removed would make a new, empty database in its place."""

    def look_first(request: HttpRequest) -> HttpResponseBase:
        return unavailable() if services.database_is_missing() else answer(request)

    return look_first
