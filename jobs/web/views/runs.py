"""The history of all jobs."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from jobs.web.gate import needs
from jobs.web.pages.runs import STATES, Filters, runs_page
from jobs.web.render import page, viewer_of
from plugins import jobfile


@needs("jobs.view_run")
@require_safe
def runs(request: HttpRequest) -> HttpResponse:
    viewer, filters = viewer_of(request), _filters(request)
    return page(
        request, "runs.html", {"viewer": viewer, "filters": filters, "runs": runs_page(filters, viewer)}
    )


def _filters(request: HttpRequest) -> Filters:
    """Unknown values are left out: an old bookmark still shows runs."""
    status, before = request.GET.get("status", ""), request.GET.get("before", "")
    return Filters(
        status=status if status in STATES else "",
        job=jobfile.name_key(request.GET.get("job", "")[:200]),
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None,
    )
