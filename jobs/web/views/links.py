"""Links that start a job from elsewhere: look at them, make one, revoke one."""

from __future__ import annotations

import json
import shlex
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from jobs import services
from jobs.exceptions import NotFound
from jobs.models import Job
from jobs.web.gate import member, needs
from jobs.web.render import job_or_404, page, viewer_of
from plugins.exceptions import BadInput, Problem


@needs("jobs.add_triggerlink")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def links(request: HttpRequest, name: str) -> HttpResponse:
    """The answer to a POST is the only page that shows the new link's address."""
    job = job_or_404(name)
    return _make(request, job) if request.method == "POST" else _page(request, job)


def _make(request: HttpRequest, job: Job) -> HttpResponse:
    try:
        _link, key = services.make_link(job=job, name=request.POST.get("name", ""), author=member(request))
    except BadInput as error:
        return _page(request, job, problems=error.problems, status=422)
    return _page(request, job, made=request.build_absolute_uri(reverse("api-start", args=[key])))


def _page(
    request: HttpRequest,
    job: Job,
    *,
    made: str = "",
    problems: list[Problem] | None = None,
    status: int = 200,
) -> HttpResponse:
    viewer = viewer_of(request)
    rows = [
        (
            link,
            viewer.day_clock_tag(link.created_at),
            viewer.day_clock_tag(link.last_used_at) if link.last_used_at else _("never"),
        )
        for link in job.trigger_links.select_related("author").order_by("name", "pk")
    ]
    context = {
        "viewer": viewer,
        "job": job,
        "rows": rows,
        "made": made,
        "problems": problems or [],
        "name": "" if made else request.POST.get("name", ""),
        "body": shlex.quote(json.dumps({"params": _example(job)}, ensure_ascii=False)),
    }
    return page(request, "links.html", context, status=status)


def _example(job: Job) -> dict[str, Any]:
    """A value for each declared param, as a caller would send it."""
    return {
        name: param.default if param.default is not None else (*param.choices, "…")[0]
        for name, param in services.declared_params(job).items()
    }


@needs("jobs.delete_triggerlink")
@require_POST
def revoke(request: HttpRequest, name: str, link_id: int) -> HttpResponse:
    job = job_or_404(name)
    try:
        services.revoke_link(link=services.find_link(job, link_id))
    except NotFound as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("The link is revoked: it starts nothing any more."))
    return redirect("web:links", job.name)
