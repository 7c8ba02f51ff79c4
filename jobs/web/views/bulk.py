"""The chosen jobs of the list: run, pause, resume or delete them all."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jobs import services
from jobs.models import Job, Source
from jobs.web.bulk import each, tell
from jobs.web.gate import member, needs
from jobs.web.render import page, viewer_of


@needs("jobs.add_run")
@require_POST
def run(request: HttpRequest) -> HttpResponse:
    def start(job: Job) -> object:
        return services.trigger_job(job=job, source=Source.MANUAL, by=member(request))

    tell(request, each(_chosen(request), start), _("Started: %(jobs)s."))
    return _back(request)


@needs("jobs.pause_job")
@require_POST
def pause(request: HttpRequest) -> HttpResponse:
    tell(request, each(_chosen(request), lambda job: services.pause_job(job=job)), _("Paused: %(jobs)s."))
    return _back(request)


@needs("jobs.pause_job")
@require_POST
def resume(request: HttpRequest) -> HttpResponse:
    tell(request, each(_chosen(request), lambda job: services.resume_job(job=job)), _("Resumed: %(jobs)s."))
    return _back(request)


@needs("jobs.delete_job")
@require_POST
def delete(request: HttpRequest) -> HttpResponse:
    """Asks first, with every name."""
    names, stop = _chosen(request), request.POST.get("cancel") == "yes"
    if names and request.POST.get("sure") != "yes":
        context = {"viewer": viewer_of(request), "names": names, "next": request.POST.get("next", "")}
        return page(request, "jobs_delete.html", context)
    told = each(names, lambda job: services.delete_job(job=job, cancel=stop))
    tell(request, told, _("Deleted: %(jobs)s. Their runs stay in the history."))
    return _back(request)


def _chosen(request: HttpRequest) -> list[str]:
    return request.POST.getlist("job")


def _back(request: HttpRequest) -> HttpResponse:
    """To the list with its filters."""
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return redirect(back if safe and back.startswith("/") else "web:jobs")
