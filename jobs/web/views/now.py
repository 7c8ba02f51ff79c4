"""The first page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from jobs import services
from jobs.web.gate import needs
from jobs.web.looked import Look
from jobs.web.pages.now import now_page
from jobs.web.render import page, viewer_of
from jobs.web.starters import STARTERS
from jobs.web.words import size


@needs("jobs.view_job")
@require_safe
def now(request: HttpRequest) -> HttpResponse:
    """Only a page that somebody opened is a look: polls of an open one are none."""
    viewer, health, quiet = viewer_of(request), services.pulse(), services.quiet_now()
    look, disk = Look.of(request, viewer.now), services.disk_of_home()
    context = {
        "viewer": viewer,
        "health": health,
        "quiet": quiet,
        "now": now_page(viewer, health, look.since, quiet),
        "starters": STARTERS,
        "disk_free": size(disk.free),
        "disk_size": size(disk.total),
    }
    response = page(request, "now.html", context)
    if not request.headers.get("HX-Request"):
        look.keep(response)
    return response


@needs("jobs.view_job")
@require_POST
def seen(request: HttpRequest) -> HttpResponse:
    """What went wrong up to now is known."""
    viewer, response = viewer_of(request), redirect("web:now")
    Look(viewer.now, viewer.now).keep(response)
    return response
