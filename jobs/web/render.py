"""What every page needs: the reader's clock, and a word when nothing will start."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.translation import gettext as _

from jobs import services
from jobs.exceptions import NotFound
from jobs.models import Job, Run
from jobs.timing import clock, zones
from jobs.web.sentences import said
from jobs.web.viewer import Viewer
from jobs.web.words import sentence, took

THEMES = ("light", "dark")
THEME_COOKIE, ZONE_COOKIE = "mxx_theme", "mxx_zone"


def viewer_of(request: HttpRequest) -> Viewer:
    """In the zone that was chosen on the settings page, else in the server's."""
    chosen = request.COOKIES.get(ZONE_COOKIE, "")
    known = bool(chosen) and chosen in zones.names()
    return Viewer(ZoneInfo(chosen if known else services.default_zone()), clock.now())


def page(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A whole page; context must hold `viewer`."""
    if "health" not in context:
        context["health"] = services.pulse()
    context["banner"] = banner(context["health"], context["viewer"])
    context["quiet"] = quiet = context["quiet"] if "quiet" in context else services.quiet_now()
    context["quiet_since"] = context["viewer"].day_clock_tag(quiet.since) if quiet else ""
    context["quiet_until"] = context["viewer"].day_clock_tag(quiet.until) if quiet else ""
    theme = request.COOKIES.get(THEME_COOKIE, "")
    context["theme"] = theme if theme in THEMES else ""
    return render(request, template, context, status=status)


def banner(health: services.Pulse, viewer: Viewer) -> str:
    """Why nothing will start, in one sentence; "" when all is well."""
    if health.ok:
        return ""
    if health.scheduler_beat_at is None:
        return sentence(said(health.problem))
    ago = took((viewer.now - health.scheduler_beat_at).total_seconds())
    at = viewer.day_clock_tag(health.scheduler_beat_at)
    return format_html(_("The scheduler was last heard {} ago, {}."), ago, at)


def job_or_404(name: str) -> Job:
    try:
        return services.find_job(name)
    except NotFound as error:
        raise Http404(sentence(said(str(error)))) from error


def run_or_404(run_id: int) -> Run:
    try:
        return services.find_run(run_id)
    except NotFound as error:
        raise Http404(sentence(said(str(error)))) from error
