"""The calendar: a week or a day, past and to come."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from jobs import services
from jobs.web.gate import needs
from jobs.web.pages.calendar import calendar_page
from jobs.web.render import page, viewer_of
from jobs.web.span import Span


@needs("jobs.view_run")
@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    viewer, asked = viewer_of(request), request.GET
    health, quiet = services.health(), services.quiet_now()
    span = Span.read(
        viewer,
        day=asked.get("day", ""),
        week=asked.get("week", ""),
        tag=asked.get("tag", "")[:50],
        pool=asked.get("pool", "")[:50],
    )
    shown = calendar_page(span, viewer, health, quiet)
    context = {"viewer": viewer, "health": health, "quiet": quiet, "page": shown}
    return page(request, "calendar.html", context)
