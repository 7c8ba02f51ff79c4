"""When: what comes, why a job runs or not, and quiet times."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from jobs import services
from jobs.exceptions import Conflict
from jobs.timing import moments
from jobs.web.gate import member, needs
from jobs.web.pages.editor import rehearsal_of
from jobs.web.pages.times import next_page, why_page
from jobs.web.render import job_or_404, page, viewer_of
from jobs.web.viewer import Viewer
from plugins.exceptions import BadInput, Problem


@needs("jobs.view_job")
@require_safe
def upcoming(request: HttpRequest) -> HttpResponse:
    return _next(request, viewer_of(request))


def _next(request: HttpRequest, viewer: Viewer, **context: Any) -> HttpResponse:
    health, quiet = services.pulse(), services.quiet_now()
    shown = next_page(viewer, health, quiet)
    context = {"viewer": viewer, "health": health, "quiet": quiet, "page": shown, **context}
    return page(request, "next.html", context, status=422 if context.get("problems") else 200)


@needs("jobs.view_job")
@require_safe
def why(request: HttpRequest, name: str) -> HttpResponse:
    job, viewer, problems = job_or_404(name), viewer_of(request), list[Problem]()
    written = request.GET.get("at", "")
    at = None
    try:
        at = read_moment(written, "at", viewer) if written else None
    except BadInput as error:
        problems = error.problems
    health, quiet = services.health(), services.quiet_now()
    shown = why_page(job, at, written, viewer, health, quiet)
    context = {"viewer": viewer, "health": health, "quiet": quiet, "page": shown, "problems": problems}
    return page(request, "why.html", context, status=422 if problems else 200)


@needs("jobs.pause_job")
@require_POST
def begin_quiet(request: HttpRequest) -> HttpResponse:
    """hours: for so long; else until: a local date and time."""
    viewer = viewer_of(request)
    try:
        hours = request.POST.get("hours", "")
        known = hours in ("1", "4", "12")
        until = (
            viewer.now + timedelta(hours=int(hours))
            if known
            else read_moment(request.POST.get("until", ""), "until", viewer)
        )
        services.begin_quiet(until=until, by=member(request), zone=viewer.zone.key)
    except Conflict as error:
        messages.warning(request, str(error))
    except BadInput as error:
        return _next(request, viewer, problems=error.problems, until=request.POST.get("until", ""))
    return redirect("web:next")


@needs("jobs.pause_job")
@require_POST
def end_quiet(request: HttpRequest) -> HttpResponse:
    if services.end_quiet(by=member(request)):
        messages.success(request, _("Schedules start their runs again."))
    return redirect("web:next")


def read_moment(text: str, field: str, viewer: Viewer) -> datetime:
    """What a date and time field sends, in the viewer's zone. Raises BadInput."""
    try:
        return moments.begin(moments.read(text), viewer.zone.key)
    except ValueError as error:
        example = viewer.local(viewer.now + timedelta(hours=2)).strftime("%Y-%m-%dT%H:00")
        raise BadInput(Problem(field, "moment", str(error), example)) from None


@needs("jobs.change_job")
@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """What a text that is not saved would do, and when its schedules would be due.

    toml: the text; the admin's form calls it text, and its job name.
    """
    viewer = viewer_of(request)
    text = request.POST.get("toml", request.POST.get("text", ""))
    job = request.POST.get("job", request.POST.get("name", ""))
    context = {"viewer": viewer, "rehearsal": rehearsal_of(text.replace("\r\n", "\n"), viewer, job)}
    if request.headers.get("HX-Request"):
        return render(request, "parts/when.html", context)
    return page(request, "check.html", context)
