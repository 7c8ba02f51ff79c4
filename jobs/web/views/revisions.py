"""Earlier texts of a job: list them, compare them, bring one back."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from jobs import services
from jobs.exceptions import Conflict, NotFound
from jobs.web.gate import member, needs
from jobs.web.pages.revisions import revision_page, revisions_page
from jobs.web.render import job_or_404, page, viewer_of
from jobs.web.words import sentence
from plugins.exceptions import BadInput


@needs("jobs.view_job")
@require_safe
def revisions(request: HttpRequest, name: str) -> HttpResponse:
    viewer = viewer_of(request)
    shown = revisions_page(job_or_404(name), _number(request, "before"), viewer)
    return page(request, "revisions.html", {"viewer": viewer, "page": shown})


@needs("jobs.view_job")
@require_safe
def revision(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """Beside the one before, or beside the one that `against` names."""
    viewer, found = viewer_of(request), job_or_404(name)
    whole = services.may(member(request), "jobs.change_job")
    try:
        shown = revision_page(found, _small(number), _number(request, "against"), viewer, whole=whole)
    except NotFound as error:
        raise Http404(sentence(str(error))) from error
    return page(request, "revision.html", {"viewer": viewer, "page": shown})


@needs("jobs.change_job")
@require_POST
def roll_back(request: HttpRequest, name: str, number: int) -> HttpResponse:
    found = job_or_404(name)
    try:
        services.roll_back_job(job=found, number=_small(number), source="page", author=member(request))
    except NotFound as error:
        raise Http404(sentence(str(error))) from error
    except (BadInput, Conflict) as error:
        messages.error(request, sentence(str(error)))
        return redirect("web:revision", found.name, number)
    messages.success(request, _("Revision %(number)d is back, as a new one.") % {"number": number})
    return redirect("web:job", found.name)


def _small(number: int) -> int:
    """A number that a database can look for."""
    return min(number, 2**31 - 1)


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
