"""Secrets: their names, and a form that writes a value. No page shows one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from jobs import services
from jobs.exceptions import NotFound
from jobs.models import Secret
from jobs.web.gate import member, needs
from jobs.web.render import page, viewer_of
from jobs.web.sentences import said
from plugins.exceptions import BadInput, Problem


@needs("jobs.change_secret")
@sensitive_post_parameters("value")
@require_http_methods(["GET", "HEAD", "POST"])
def secrets(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request)
    name = request.POST.get("name", "").strip()
    try:
        services.set_secret(name=name, value=request.POST.get("value", ""), by=member(request))
    except BadInput as error:
        return _page(request, problems=error.problems, status=422)
    messages.success(request, _("%(name)s is set. Runs that start from now on get it.") % {"name": name})
    return redirect("web:secrets")


def _page(request: HttpRequest, problems: list[Problem] | None = None, status: int = 200) -> HttpResponse:
    viewer = viewer_of(request)
    rows = Secret.objects.select_related("author").order_by("name")
    context = {
        "viewer": viewer,
        "rows": [(secret, viewer.day_clock_tag(secret.changed_at)) for secret in rows],
        "problems": problems or [],
        "name": request.POST.get("name", ""),
    }
    return page(request, "secrets.html", context, status=status)


@needs("jobs.delete_secret")
@require_POST
def delete(request: HttpRequest, name: str) -> HttpResponse:
    try:
        services.delete_secret(secret=services.find_secret(name))
    except NotFound as error:
        messages.warning(request, said(str(error)))
    else:
        messages.success(request, _("%(name)s is gone: runs that name it will fail.") % {"name": name})
    return redirect("web:secrets")
