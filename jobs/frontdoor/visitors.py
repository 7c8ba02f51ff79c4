"""Only who called this server by its name, and not from another site's page. Before all faces, static files included.

A page that its owner visits could else drive MXX: by fetch or a form from its own origin (another port is another origin),
or by a name of its own that it lets point to this machine (DNS rebinding)."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from jobs.api.errors import refusal
from jobs.services.audit import asked_by

Answer = Callable[[HttpRequest], HttpResponseBase]
OWN = ("same-origin", "none")


class KnownHost:
    def __init__(self, get_response: Answer) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            request.get_host()
        except DisallowedHost:
            return _refused(request, 400, "this server does not go by that name: see MXX_ALLOWED_HOSTS")
        return self._get_response(request)


class OwnPages:
    """Browsers say in Sec-Fetch-Site whose page asks. A link from elsewhere may be followed; nothing else is let in."""

    def __init__(self, get_response: Answer) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        site = request.headers.get("Sec-Fetch-Site", "none")
        if site not in OWN and not _follows_a_link(request):
            return _refused(request, 403, "a page of another site may not do this")
        return self._get_response(request)


class Asked:
    """Whatever is done for this request is recorded as its."""

    def __init__(self, get_response: Answer) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with asked_by(request):
            return self._get_response(request)


def _follows_a_link(request: HttpRequest) -> bool:
    """The answer becomes a page of its own, which the other site cannot read."""
    asked = (request.headers.get("Sec-Fetch-Mode"), request.headers.get("Sec-Fetch-Dest"))
    return request.method in ("GET", "HEAD") and asked == ("navigate", "document")


def _refused(request: HttpRequest, status: int, message: str) -> HttpResponse:
    if request.path.startswith("/api/"):
        return refusal(status, message)
    return render(None, "refused.html", {"message": message}, status=status)
