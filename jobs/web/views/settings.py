"""The way to all that is set here: only what the reader may open is named."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from jobs import services
from jobs.web.gate import needs
from jobs.web.render import page, viewer_of


@needs(services.KNOWN_USER)
@require_safe
def settings(request: HttpRequest) -> HttpResponse:
    return page(request, "settings.html", {"viewer": viewer_of(request)})
