"""One job: look at it, run it, pause it, change it, delete it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jobs import services
from jobs.exceptions import Conflict
from jobs.models import Job, Source
from jobs.web import params
from jobs.web.gate import member, needs
from jobs.web.pages.job import Editor, editor_of, job_page
from jobs.web.render import job_or_404, page, viewer_of
from jobs.web.sentences import said
from plugins.exceptions import BadInput, Problem
from plugins.redaction import redacted_text


@needs("jobs.view_job")
@require_safe
def job(request: HttpRequest, name: str) -> HttpResponse:
    return _page(request, job_or_404(name))


def _page(
    request: HttpRequest,
    found: Job,
    *,
    editor: Editor | None = None,
    given: dict[str, str] | None = None,
    refused: list[Problem] | None = None,
    status: int = 200,
) -> HttpResponse:
    """refused: what is wrong with the params that were given to a run."""
    viewer = viewer_of(request)
    editor = editor or _saved_text(request, found)
    shown = job_page(found, viewer, editor=editor, given=given)
    return page(
        request, "job.html", {"viewer": viewer, "page": shown, "refused": refused or []}, status=status
    )


def _saved_text(request: HttpRequest, found: Job) -> Editor:
    """Values that may be secrets are shown to those only who may edit them."""
    whole = services.may(member(request), "jobs.change_job")
    text = found.toml if whole else redacted_text(found.toml)
    return editor_of(text, revision=found.revision.number if found.revision else 0)


@needs("jobs.add_run")
@require_POST
def run_now(request: HttpRequest, name: str) -> HttpResponse:
    """Lands on the page of the new run."""
    found = job_or_404(name)
    try:
        given = params.read(request.POST.dict())
        run = services.trigger_job(
            job=found, source=Source.MANUAL, params=given, by=member(request), as_texts=True
        )
    except BadInput as error:
        return _page(request, found, given=request.POST.dict(), refused=error.problems, status=422)
    return redirect("web:run", run.pk)


@needs("jobs.pause_job")
@require_POST
def pause(request: HttpRequest, name: str) -> HttpResponse:
    services.pause_job(job=job_or_404(name))
    return _back(request, name)


@needs("jobs.pause_job")
@require_POST
def resume(request: HttpRequest, name: str) -> HttpResponse:
    services.resume_job(job=job_or_404(name))
    return _back(request, name)


def _back(request: HttpRequest, name: str) -> HttpResponse:
    """To the list when the button stood there."""
    return redirect("web:jobs") if request.POST.get("from") == "list" else redirect("web:job", name)


@needs("jobs.pause_job")
@require_POST
def pause_schedule(request: HttpRequest, name: str, schedule_id: int) -> HttpResponse:
    schedule = get_object_or_404(job_or_404(name).schedules.present(), pk=schedule_id)
    services.pause_schedule(schedule=schedule)
    return redirect("web:job", name)


@needs("jobs.pause_job")
@require_POST
def resume_schedule(request: HttpRequest, name: str, schedule_id: int) -> HttpResponse:
    schedule = get_object_or_404(job_or_404(name).schedules.present().select_related("job"), pk=schedule_id)
    services.resume_schedule(schedule=schedule)
    return redirect("web:job", name)


@needs("jobs.change_job")
@require_POST
def save(request: HttpRequest, name: str) -> HttpResponse:
    """Nothing is lost: refused text comes back with its problems beside it."""
    found = job_or_404(name)
    text = request.POST.get("toml", "").replace("\r\n", "\n")
    based_on = request.POST.get("revision", "")
    try:
        _refuse_unsaveable(found, based_on)
        draft = services.read_draft(text=text)
        services.save_job(
            name=found.name,
            draft=draft,
            source="page",
            job=found,
            author=member(request),
        )
    except BadInput as error:
        revision = int(based_on) if based_on.isascii() and based_on.isdigit() else 0
        editor = editor_of(text, problems=error.problems, revision=revision)
        return _page(request, found, editor=editor, status=422)
    messages.success(request, _("Saved. What runs from now on runs like this."))
    for warning in draft.warnings:
        messages.warning(request, said(warning))
    return redirect("web:job", name)


def _refuse_unsaveable(found: Job, based_on: str) -> None:
    number = found.revision.number if found.revision else 0
    if found.file:
        message = _("this job comes from %(file)s: change it there") % {"file": found.file}
        raise BadInput(Problem("", "file", message))
    if based_on and based_on != str(number):
        message = _(
            "somebody saved revision %(number)d meanwhile: copy your text, load the page again and put your changes in"
        )
        raise BadInput(Problem("", "stale", message % {"number": number}))


@needs("jobs.change_job")
@require_POST
def detach(request: HttpRequest, name: str) -> HttpResponse:
    found = job_or_404(name)
    try:
        services.detach_job(job=found)
    except Conflict as error:
        messages.error(request, said(str(error)))
    else:
        messages.success(request, _("Changed here from now on; its file is left unread."))
    return redirect("web:job", name)


@needs("jobs.delete_job")
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, name: str) -> HttpResponse:
    found = job_or_404(name)
    if request.method != "POST":
        context = {
            "viewer": viewer_of(request),
            "job": found,
            "queued": found.runs.queued().count(),
            "active": found.runs.active().count(),
        }
        return page(request, "job_delete.html", context)
    try:
        services.delete_job(job=found, cancel=request.POST.get("cancel") == "yes")
    except Conflict as error:
        messages.error(request, said(str(error)))
        return redirect("web:job", name)
    messages.success(request, _("%(name)s is deleted; its runs stay in the history.") % {"name": found.name})
    return redirect("web:jobs")
