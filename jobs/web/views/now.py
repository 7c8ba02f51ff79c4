"""The first page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from jobs import services
from jobs.web.gate import needs
from jobs.web.pages.now import now_page
from jobs.web.render import page, viewer_of
from jobs.web.starters import STARTERS


@needs("jobs.view_job")
@require_safe
def now(request: HttpRequest) -> HttpResponse:
    viewer, health = viewer_of(request), services.pulse()
    context = {"viewer": viewer, "health": health, "now": now_page(viewer, health), "starters": STARTERS}
    return page(request, "now.html", context)
