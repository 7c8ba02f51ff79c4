"""The audit log, for admins."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from jobs.web.gate import needs
from jobs.web.pages.audit import Filters, audit_page
from jobs.web.render import page, viewer_of


@needs("jobs.view_auditentry")
@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    viewer, filters = viewer_of(request), Filters.read(request.GET)
    return page(
        request, "audit.html", {"viewer": viewer, "asked": filters, "page": audit_page(filters, viewer)}
    )
