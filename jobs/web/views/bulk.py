"""The chosen jobs of the list: run, pause, resume or delete them all. The chosen runs: stop or delete them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jobs import services
from jobs.models import Job, Source
from jobs.web.bulk import each, each_run, tell
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


@needs("jobs.change_run")
@require_POST
def cancel_runs(request: HttpRequest) -> HttpResponse:
    reason = f"stopped by {request.user}"
    told = each_run(_chosen_runs(request), lambda run: services.cancel_run(run=run, reason=reason))
    tell(request, told, _("Asked to stop: %(jobs)s."), _("No run was chosen."))
    return _back(request, "web:runs")


@needs("jobs.delete_run")
@require_POST
def delete_runs(request: HttpRequest) -> HttpResponse:
    """Asks first."""
    ids = _chosen_runs(request)
    if ids and request.POST.get("sure") != "yes":
        context = {"viewer": viewer_of(request), "ids": ids, "next": request.POST.get("next", "")}
        return page(request, "runs_delete.html", context)
    told = each_run(ids, lambda run: services.delete_run(run=run))
    tell(request, told, _("Deleted with their logs: %(jobs)s."), _("No run was chosen."))
    return _back(request, "web:runs")


def _chosen(request: HttpRequest) -> list[str]:
    return request.POST.getlist("job")


def _chosen_runs(request: HttpRequest) -> list[str]:
    return request.POST.getlist("run")


def _back(request: HttpRequest, otherwise: str = "web:jobs") -> HttpResponse:
    """To the list with its filters."""
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return redirect(back if safe and back.startswith("/") else otherwise)
