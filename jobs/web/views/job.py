"""One job: look at it, run it, pause it, change it, delete it."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jobs import services
from jobs.exceptions import Conflict, NotFound, Stale
from jobs.models import Job, Source
from jobs.web import params
from jobs.web.gate import member, needs
from jobs.web.pages.company import Company, company_at
from jobs.web.pages.editor import Editor, editor_of, meeting_of, posted_editor, pressed_editor
from jobs.web.pages.job import job_page
from jobs.web.render import job_or_404, page, viewer_of
from jobs.web.sentences import said
from jobs.web.viewer import Viewer
from jobs.web.views.jobs import anew
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
    viewer, quiet = viewer_of(request), services.quiet_now()
    editor = editor or _saved_text(request, found)
    context = {
        "viewer": viewer,
        "quiet": quiet,
        "page": job_page(found, viewer, editor=editor, quiet=quiet, given=given),
        "company": _company(request, found, viewer),
        "refused": refused or [],
    }
    return page(request, "job.html", context, status=status)


def _company(request: HttpRequest, found: Job, viewer: Viewer) -> Company | None:
    """None for those who see no editor."""
    edits = not found.file and services.may(member(request), "jobs.change_job")
    return company_at(found, member(request), viewer) if edits else None


def _saved_text(request: HttpRequest, found: Job) -> Editor:
    """Values that may be secrets are shown to those only who may edit them."""
    whole = services.may(member(request), "jobs.change_job")
    text = found.toml if whole else redacted_text(found.toml)
    revision = found.revision.number if found.revision else 0
    return editor_of(text, viewer_of(request), revision=revision, job=found.name)


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
    """To the list when the button stood there, with the filter that the browser says it had."""
    if request.POST.get("from") != "list":
        return redirect("web:job", name)
    before, jobs = urlsplit(request.headers.get("Referer", "")), reverse("web:jobs")
    return redirect(f"{jobs}?{before.query}" if before.path == jobs and before.query else jobs)


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
    """Nothing is lost: refused text comes back with its problems beside it, and so does what a button of the form made."""
    posted = posted_editor(request.POST.dict(), viewer_of(request))
    try:
        found = services.find_job(name)
    except NotFound:
        return anew(request, name, posted.editor)
    if found.file:
        message = _("this job comes from %(file)s: change it there") % {"file": found.file}
        refused = replace(posted.editor, problems=[Problem("", "file", message), *posted.editor.problems])
        return _page(request, found, editor=refused, status=422)
    if not posted.saves:
        return _page(request, found, editor=pressed_editor(request.POST.dict(), viewer_of(request)))
    if posted.draft is None:
        return _page(request, found, editor=posted.editor, status=422)
    return _saved(request, found, posted.editor, posted.draft)


def _saved(request: HttpRequest, found: Job, editor: Editor, draft: services.Draft) -> HttpResponse:
    try:
        services.save_job(
            name=found.name,
            draft=draft,
            source="page",
            job=found,
            author=member(request),
            based_on=editor.revision or None,
        )
    except Stale:
        return _page(request, found, editor=_meeting(found, editor), status=409)
    messages.success(request, _("Saved. What runs from now on runs like this."))
    for warning in draft.warnings:
        messages.warning(request, said(warning))
    return redirect("web:job", found.name)


def _meeting(found: Job, mine: Editor) -> Editor:
    """Both texts; what is sent next is based on the newer one, so that a second save means it."""
    found.refresh_from_db()
    theirs = found.revision
    assert theirs is not None
    author = theirs.author.get_username() if theirs.author else ""
    meeting = meeting_of(theirs.toml, mine.text, number=theirs.number, author=author)
    return replace(mine, revision=theirs.number, meeting=meeting)


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
