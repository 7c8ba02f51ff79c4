"""My tokens: look at them, make one, revoke one."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from jobs import services
from jobs.exceptions import NotFound
from jobs.models import Token
from jobs.web.gate import member, needs
from jobs.web.render import page, viewer_of
from jobs.web.sentences import said
from jobs.web.viewer import Viewer
from plugins.exceptions import BadInput, Problem

OWN = services.OWN_ACCOUNT


@dataclass(frozen=True)
class Row:
    token: Token
    made: SafeString
    ends: SafeString | str
    used: SafeString | str


@needs(OWN)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """The answer to a POST is the only page that shows the new token."""
    return _make(request) if request.method == "POST" else _page(request)


def _make(request: HttpRequest) -> HttpResponse:
    days, job = request.POST.get("days", ""), request.POST.get("job", "").strip()
    try:
        _, key = services.make_token(
            user=member(request),
            name=request.POST.get("name", ""),
            scope=request.POST.get("scope", ""),
            job=services.find_job(job) if job else None,
            days=int(days) if days.isascii() and days.isdigit() and len(days) < 6 else 0,
        )
    except NotFound as error:
        return _page(request, problems=[Problem("job", "unknown", str(error), "nightly backup")], status=422)
    except BadInput as error:
        return _page(request, problems=error.problems, status=422)
    return _page(request, made=key)


def _page(
    request: HttpRequest, *, made: str = "", problems: list[Problem] | None = None, status: int = 200
) -> HttpResponse:
    viewer, user = viewer_of(request), member(request)
    own = Token.objects.filter(user=user).select_related("job").order_by("name")
    context = {
        "viewer": viewer,
        "rows": [_row(token, viewer) for token in own],
        "scopes": services.scopes_for(user),
        "days": services.TOKEN_DAYS,
        "made": made,
        "problems": problems or [],
        "given": {} if made else request.POST.dict(),
    }
    return page(request, "tokens.html", context, status=status)


def _row(token: Token, viewer: Viewer) -> Row:
    return Row(
        token,
        made=viewer.day_clock_tag(token.created),
        ends=viewer.day_clock_tag(token.expiry) if token.expiry else _("never"),
        used=viewer.day_clock_tag(token.last_used_at) if token.last_used_at else _("never"),
    )


@needs(OWN)
@require_POST
def revoke(request: HttpRequest, key: str) -> HttpResponse:
    try:
        services.revoke_token(token=services.find_token(member(request), key))
    except NotFound as error:
        messages.warning(request, said(str(error)))
    else:
        messages.success(request, _("The token is revoked: it opens nothing any more."))
    return redirect("web:tokens")
