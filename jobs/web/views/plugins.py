"""The plugins that job files may name."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from jobs.web.gate import needs
from jobs.web.pages.plugins import plugin_page, plugins_page
from jobs.web.render import page, viewer_of


@needs("jobs.view_job")
@require_safe
def plugins(request: HttpRequest) -> HttpResponse:
    return page(request, "plugins.html", {"viewer": viewer_of(request), "page": plugins_page()})


@needs("jobs.view_job")
@require_safe
def plugin(request: HttpRequest, name: str) -> HttpResponse:
    return page(request, "plugin.html", {"viewer": viewer_of(request), "page": plugin_page(name)})
