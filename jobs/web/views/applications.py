"""Applications: look at them, register one, change it, remove it, take over a prototype's."""

from __future__ import annotations

from pathlib import Path

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jobs import services
from jobs.exceptions import Conflict, NotFound
from jobs.models import Application
from jobs.web.gate import needs
from jobs.web.pages.applications import Form, draft_of, rows
from jobs.web.render import page, viewer_of
from jobs.web.words import sentence
from plugins.exceptions import BadInput, Problem

PROTOTYPE = "~/.mxx"


@needs("jobs.view_application")
@require_safe
def applications(request: HttpRequest) -> HttpResponse:
    return page(request, "applications.html", {"viewer": viewer_of(request), "rows": rows()})


@needs("jobs.view_application")
@require_safe
def application(request: HttpRequest, name: str) -> HttpResponse:
    found = _found(name)
    return _page(request, Form.of(found), found)


@needs("jobs.add_application")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    return _write(request, None) if request.method == "POST" else _page(request, Form(), None)


@needs("jobs.change_application")
@require_POST
def edit(request: HttpRequest, name: str) -> HttpResponse:
    return _write(request, _found(name))


def _write(request: HttpRequest, known: Application | None) -> HttpResponse:
    """Nothing is lost: what is refused comes back with its problems beside it."""
    given = request.POST.dict()
    try:
        saved = services.save_application(draft=draft_of(given), application=known)
    except BadInput as error:
        return _page(request, Form(given, error.problems), known, status=422)
    except Conflict as error:
        taken = Problem(error.field or "name", "conflict", str(error), error.example)
        return _page(request, Form(given, [taken]), known, status=409)
    messages.success(
        request, _("%(name)s is saved. Runs that start from now on use it so.") % {"name": saved.name}
    )
    return redirect("web:application", saved.name)


def _page(request: HttpRequest, form: Form, known: Application | None, *, status: int = 200) -> HttpResponse:
    context = {"viewer": viewer_of(request), "form": form, "fields": form.fields(), "known": known}
    return page(request, "application.html", context, status=status)


@needs("jobs.delete_application")
@require_POST
def delete(request: HttpRequest, name: str) -> HttpResponse:
    found = _found(name)
    services.delete_application(application=found)
    messages.success(request, _("%(name)s is removed: jobs that name it will fail.") % {"name": found.name})
    return redirect("web:applications")


@needs("jobs.add_application")
@require_http_methods(["GET", "HEAD", "POST"])
def take_over(request: HttpRequest) -> HttpResponse:
    """What the prototype had registered in a folder of this machine: first told, then done."""
    folder = request.POST.get("folder", PROTOTYPE).strip()
    context: dict[str, object] = {"viewer": viewer_of(request), "folder": folder}
    if request.method == "POST":
        try:
            home = _folder(folder)
        except BadInput as error:
            return page(request, "take_over.html", {**context, "problems": error.problems}, status=422)
        tried = "try" in request.POST
        context |= {"done": services.import_applications(home, dry_run=tried), "tried": tried}
    return page(request, "take_over.html", context)


def _folder(text: str) -> Path:
    """Raises BadInput."""
    wrong = BadInput(Problem("folder", "folder", _("is no folder of this machine"), PROTOTYPE))
    if not text or "\0" in text:
        raise wrong
    try:
        home = Path(text).expanduser()
        there = home.is_absolute() and home.is_dir()
    except (OSError, RuntimeError) as error:  # a name too long, a user who is not there
        raise wrong from error
    if not there:
        raise wrong
    return home


def _found(name: str) -> Application:
    try:
        if name.isprintable():
            return services.find_application(name)
    except NotFound as error:
        raise Http404(sentence(str(error))) from error
    raise Http404(_("There is no application of this name."))
