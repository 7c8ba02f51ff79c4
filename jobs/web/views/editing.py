"""The editor between two saves: form and text follow each other."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from jobs.web.gate import needs
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
    context = {
        "viewer": viewer,
        "editor": editor,
        "redraw": redraw,
        "retype": posted.get("source") != "text",
        "rehearsal": rehearsal_of(editor.text, viewer) if posted.get("do") == "dry-run" else None,
    }
    return render(request, "editing.html", context)
