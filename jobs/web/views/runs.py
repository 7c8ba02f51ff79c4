"""The history of all jobs, as a page and as a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_safe

from jobs import services
from jobs.web.gate import needs
from jobs.web.pages.runs import Filters, RunsPage, runs_page
from jobs.web.render import page, viewer_of
from jobs.web.viewer import Viewer
from jobs.web.views.times import read_moment
from plugins.exceptions import BadInput, Problem

HARMLESS = "default-src 'none'; sandbox"


@needs("jobs.view_run")
@require_safe
def runs(request: HttpRequest) -> HttpResponse:
    viewer, filters = viewer_of(request), Filters.read(request.GET)
    problems: list[Problem] = []
    try:
        found = runs_page(filters, wanted(filters, viewer), viewer)
    except BadInput as error:
        found, problems = RunsPage.empty(filters), error.problems
    context = {"viewer": viewer, "filters": filters, "runs": found, "problems": problems}
    return page(request, "runs.html", context, status=422 if problems else 200)


def wanted(filters: Filters, viewer: Viewer) -> services.Wanted:
    """Raises BadInput for a moment that is none."""
    return services.Wanted(
        job=filters.job,
        statuses=filters.statuses,
        sources=filters.sources,
        since=read_moment(filters.since, "since", viewer) if filters.since else None,
        until=read_moment(filters.until, "until", viewer) if filters.until else None,
        text=filters.text,
    )


@needs("jobs.view_run")
@require_safe
def export_csv(request: HttpRequest) -> HttpResponseBase:
    return _file(request, services.export_csv, "text/csv; charset=utf-8", "runs.csv")


@needs("jobs.view_run")
@require_safe
def export_json(request: HttpRequest) -> HttpResponseBase:
    return _file(request, services.export_json, "application/json", "runs.json")


def _file(
    request: HttpRequest, write: Callable[[services.Wanted], Iterator[str]], kind: str, name: str
) -> HttpResponseBase:
    """What the page lists with the same address, to the end of the history; a wrong filter is told on the page."""
    try:
        content = write(wanted(Filters.read(request.GET), viewer_of(request)))
    except BadInput:
        return runs(request)
    response = StreamingHttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Content-Security-Policy"] = HARMLESS
    return response
