"""The way to all that is set here, and the zone that the reader's times are told in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from jobs import services
from jobs.timing import zones
from jobs.web.gate import needs
from jobs.web.render import ZONE_COOKIE, page, viewer_of
from plugins.exceptions import BadInput, Problem

YEAR = 365 * 24 * 3600


@needs(services.KNOWN_USER)
@require_safe
def settings(request: HttpRequest) -> HttpResponse:
    """Only what the reader may open is named."""
    return _page(request)


def _page(request: HttpRequest, problems: list[Problem] | None = None, status: int = 200) -> HttpResponse:
    viewer = viewer_of(request)
    context = {
        "viewer": viewer,
        "zone": request.POST.get("zone", viewer.zone.key),
        "server_zone": services.default_zone(),
        "now": viewer.day_clock_tag(viewer.now),
        "problems": problems or [],
    }
    return page(request, "settings.html", context, status=status)


@needs(services.KNOWN_USER)
@require_POST
def choose_zone(request: HttpRequest) -> HttpResponse:
    """Kept in a cookie of this browser; no name: the server's. Schedules keep their own."""
    zone, response = request.POST.get("zone", "").strip(), redirect("web:settings")
    if not zone or zone == services.default_zone():
        response.delete_cookie(ZONE_COOKIE, samesite="Lax")
        return response
    try:
        zones.zone_of(zone)
    except BadInput as error:
        return _page(request, error.problems, status=422)
    response.set_cookie(ZONE_COOKIE, zone, max_age=YEAR, samesite="Lax", httponly=True)
    return response
