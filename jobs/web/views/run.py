"""One run: look at it, follow its log, stop it, repeat it."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HTMX_STOP_POLLING, HttpResponseClientRefresh

from jobs import services
from jobs.exceptions import Conflict, NotFound
from jobs.models import Run
from jobs.web import logview, params
from jobs.web.gate import member, needs
from jobs.web.logfind import MOST_WORDS, STREAMS, Wanted, find
from jobs.web.logview import launches_of
from jobs.web.looks import Look, answer, cursor_of, known, look_of
from jobs.web.pages.run import past_of, repetition, run_page, state_of
from jobs.web.render import page, run_or_404, viewer_of
from jobs.web.sentences import said
from jobs.web.words import sentence
from plugins.exceptions import BadInput, Problem

NEIGHBOURS = 200
"""Lines before the one that is meant."""
HARMLESS = "default-src 'none'; sandbox"


@needs("jobs.view_run")
@require_safe
def run(request: HttpRequest, run_id: int) -> HttpResponse:
    return _run(request, run_or_404(run_id))


def _run(
    request: HttpRequest,
    found: Run,
    *,
    given: dict[str, str] | None = None,
    refused: list[Problem] | None = None,
    status: int = 200,
) -> HttpResponse:
    """given, refused: params for a repetition, and what is wrong with them."""
    viewer = viewer_of(request)
    shown = run_page(found, viewer, given=given)
    context = {
        "viewer": viewer,
        "page": shown,
        "state": shown.state,
        "log": shown.log,
        "refused": refused or [],
        **known(found),
    }
    return page(request, "run.html", context, status=status)


@needs("jobs.view_run")
@require_safe
def log(request: HttpRequest, run_id: int) -> HttpResponse:
    """What is new behind `offset` for a poll; lines `first` to `last` for a reader."""
    found, look = run_or_404(run_id), look_of(request, run_id)
    if look is None:
        _refuse_elsewhere(found)
        wanted = _wanted(request)
        return _between(request, found) if wanted.is_all else _found(request, found, wanted)
    if found.is_over:
        return _tick(request, found, look)
    services.let_in(request.session, member(request), found)
    return answer(look, services.standing_of(found), viewer_of(request)) or _tick(request, found, look)


def _refuse_elsewhere(found: Run, attempt: int | None = None) -> None:
    if told := services.log_elsewhere(found, attempt):
        raise Http404(sentence(said(told)))


def _wanted(request: HttpRequest) -> Wanted:
    """What makes no sense is left out."""
    launch, stream = request.GET.get("launch", ""), request.GET.get("stream", "")
    return Wanted(
        request.GET.get("q", "").strip()[:MOST_WORDS],
        stream if stream in STREAMS else "",
        _number(request, "launch", 0) if launch.isascii() and launch.isdigit() else None,
    )


def _found(request: HttpRequest, run: Run, wanted: Wanted) -> HttpResponse:
    """Only the lines that are wanted; a long log is looked through in several requests."""
    viewer = viewer_of(request)
    context = {
        "viewer": viewer,
        "run": run,
        "wanted": wanted,
        "launches": launches_of(run),
        "found": find(run, wanted, cursor_of(request), viewer),
    }
    return page(request, "run_found.html", context)


def _tick(request: HttpRequest, found: Run, look: Look) -> HttpResponse:
    """Everything that the page of a live run says. The poll ends with 286 once nothing more will come."""
    viewer = viewer_of(request)
    if (look.attempt or found.attempt) != found.attempt:
        return HttpResponseClientRefresh()  # each attempt has a log of its own
    tick = logview.follow(found, look.cursor, viewer)
    context = {"tick": tick, "state": state_of(found, past_of(found), viewer), **known(found)}
    if tick.complete:
        context["page"] = {"fields": repetition(found)}
        context["log"] = logview.whole(found, viewer)  # only now it is known where the first error stands
    return render(request, "run_tick.html", context, status=HTMX_STOP_POLLING if tick.complete else 200)


def _between(request: HttpRequest, found: Run) -> HttpResponse:
    viewer = viewer_of(request)
    around = _number(request, "around", 0)
    first = max(1, around - NEIGHBOURS) if around else max(1, _number(request, "first", 1))
    last = max(first, _number(request, "last", first + logview.MOST_AT_ONCE - 1))
    context = {
        "viewer": viewer,
        "run": found,
        "first": first,
        "blocks": logview.between(found, first, last, viewer),
        "next": first + logview.MOST_AT_ONCE,
        "launches": launches_of(found),
        "previous": max(1, first - logview.MOST_AT_ONCE) if first > 1 else 0,
    }
    if request.headers.get("HX-Request"):
        return render(request, "run_lines.html", context)
    return page(request, "run_log.html", context)


def _number(request: HttpRequest, name: str, default: int) -> int:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else default


@needs("jobs.view_run")
@require_safe
def download(request: HttpRequest, run_id: int) -> HttpResponseBase:
    """The decoded log as a file; a browser must not take it for a page."""
    found = run_or_404(run_id)
    attempt = min(max(1, _number(request, "attempt", found.attempt)), found.attempt) or None
    _refuse_elsewhere(found, attempt)
    response = StreamingHttpResponse(_text(found, attempt), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="run-{found.pk}.log"'
    response["Content-Security-Policy"] = HARMLESS
    return response


def _text(found: Run, attempt: int | None) -> Iterator[str]:
    offset = 0
    while True:
        chunk = services.run_log(found, offset, attempt=attempt)
        yield chunk.text
        if chunk.next_offset <= offset:
            return
        offset = chunk.next_offset


@needs("jobs.change_run")
@require_POST
def cancel(request: HttpRequest, run_id: int) -> HttpResponse:
    try:
        services.cancel_run(run=run_or_404(run_id), reason=f"stopped by {request.user}")
    except Conflict as error:
        messages.warning(request, said(str(error)))
    return redirect("web:now") if request.POST.get("from") == "now" else redirect("web:run", run_id)


@needs("jobs.change_run")
@require_POST
def stop_detached(request: HttpRequest, run_id: int, number: int) -> HttpResponse:
    """A program that the run left on purpose."""
    reason = f"stopped by {request.user}"
    try:
        services.stop_detached_program(run=run_or_404(run_id), number=number, reason=reason)
    except (Conflict, NotFound) as error:
        messages.warning(request, said(str(error)))
    return redirect("web:run", run_id)


@needs("jobs.add_run")
@require_POST
def retry(request: HttpRequest, run_id: int) -> HttpResponse:
    """A new run of its own; the old one stays as it is. param-NAME: other params than it had."""
    found, given = run_or_404(run_id), params.read(request.POST.dict())
    try:
        again = services.retry_run(run=found, by=member(request), params=given or None, as_texts=True)
    except Conflict as error:
        messages.warning(request, said(str(error)))
        return redirect("web:run", run_id)
    except BadInput as error:
        return _run(request, found, given=request.POST.dict(), refused=error.problems, status=422)
    return redirect("web:run", again.pk)
