"""The list of jobs, and a new one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jobs import services
from jobs.exceptions import Conflict
from jobs.web.gate import member, needs
from jobs.web.pages.editor import Editor, editor_of, posted_editor, pressed_editor
from jobs.web.pages.jobs import STATES, Filters, jobs_page
from jobs.web.render import page, viewer_of
from jobs.web.sentences import said
from jobs.web.starters import STARTERS, starter
from plugins import jobfile
from plugins.exceptions import BadInput, Problem


@needs("jobs.view_job")
@require_safe
def jobs(request: HttpRequest) -> HttpResponse:
    viewer, filters, quiet = viewer_of(request), _filters(request), services.quiet_now()
    shown = jobs_page(filters, viewer, quiet)
    context = {"viewer": viewer, "quiet": quiet, "filters": filters, "jobs": shown, "starters": STARTERS}
    return page(request, "jobs.html", context)


def _filters(request: HttpRequest) -> Filters:
    """Unknown values are left out: an old bookmark still shows jobs."""
    state, number = request.GET.get("state", ""), request.GET.get("page", "1")
    return Filters(
        state=state if state in STATES else "",
        tag=request.GET.get("tag", "")[:50],
        q=request.GET.get("q", "").strip()[:100],
        page=max(1, int(number)) if number.isascii() and number.isdigit() and len(number) < 6 else 1,
    )


@needs("jobs.add_job")
@require_http_methods(["GET", "HEAD", "POST"])
def new_job(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _create(request)
    chosen = starter(request.GET.get("from", ""))
    editor = editor_of(chosen.toml, viewer_of(request))
    return _editor(request, name=request.GET.get("name", chosen.name), editor=editor)


def _create(request: HttpRequest) -> HttpResponse:
    name, viewer = request.POST.get("name", ""), viewer_of(request)
    posted = posted_editor(request.POST.dict(), viewer)
    if not posted.saves:
        return _editor(request, name=name, editor=pressed_editor(request.POST.dict(), viewer))
    try:
        jobfile.check_name(name)
        if posted.draft is None:
            return _editor(request, name=name, editor=posted.editor, status=422)
        created = services.save_job(name=name, draft=posted.draft, source="page", author=member(request))
    except BadInput as error:
        return _editor(request, name=name, editor=posted.editor, of_name=error.problems, status=422)
    except Conflict as error:
        problem = Problem(error.field or "name", "conflict", str(error), error.example)
        return _editor(request, name=name, editor=posted.editor, of_name=[problem], status=409)
    for warning in posted.draft.warnings:
        messages.warning(request, said(warning))
    return redirect("web:job", created.name)


def anew(request: HttpRequest, name: str, editor: Editor) -> HttpResponse:
    """What was written for a job that somebody deleted meanwhile: saved again, it is a new one of that name."""
    gone = _("There is no job of this name any more: it was deleted meanwhile. A save makes it anew.")
    return _editor(request, name=name, editor=editor, of_name=[Problem("name", "gone", gone)], status=409)


def _editor(
    request: HttpRequest,
    *,
    name: str,
    editor: Editor,
    of_name: list[Problem] | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "viewer": viewer_of(request),
        "name": name,
        "name_problems": of_name or [],
        "editor": editor,
    }
    return page(request, "job_new.html", context, status=status)
