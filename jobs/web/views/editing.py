"""The editor between two saves: form and text follow each other."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST
from django_htmx.http import HTMX_STOP_POLLING

from jobs import services
from jobs.exceptions import NotFound
from jobs.web.gate import member, needs
from jobs.web.pages.company import company_at
from jobs.web.pages.editor import posted_editor, rehearsal_of
from jobs.web.render import viewer_of


@needs("jobs.change_job")
@require_POST
def editing(request: HttpRequest) -> HttpResponse:
    """What has to change on the page, as htmx puts it there. Nothing is saved.

    source: "text" when the text was typed in; then the text is left as it is, else the form, as far as it can be.
    """
    viewer, posted = viewer_of(request), request.POST.dict()
    editor = posted_editor(posted, viewer).editor
    fields = {one.name for one in editor.form.fields()}
    shown = {name for name in posted if name.startswith("f:")}
    redraw = posted.get("source") == "text" or bool(posted.get("do")) or fields != shown
    dry_run = posted.get("do") == "dry-run"
    context = {
        "viewer": viewer,
        "editor": editor,
        "redraw": redraw,
        "retype": posted.get("source") != "text",
        "rehearsal": rehearsal_of(editor.text, viewer, posted.get("job", "")) if dry_run else None,
    }
    return render(request, "editing.html", context)


@needs("jobs.change_job")
@require_POST
def present(request: HttpRequest, name: str) -> HttpResponse:
    """The beat of an open editor: who else has it open, or 204 when that is what the page shows already.

    Of a job that was deleted meanwhile: that it was, once.
    """
    user = member(request)
    try:
        found = services.find_job(name)
    except NotFound:
        return render(request, "parts/company.html", {"gone": True}, status=HTMX_STOP_POLLING)
    services.be_present(job=found, user=user, changed=request.POST.get("changed") == "yes")
    company = company_at(found, user, viewer_of(request))
    if company.key == request.POST.get("company", ""):
        return HttpResponse(status=204)
    return render(request, "parts/company.html", {"company": company})
