"""My password: another one, for which the old one is asked."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from jobs import services
from jobs.web.gate import member, needs
from jobs.web.render import page, viewer_of
from plugins.exceptions import BadInput, Problem


@needs(services.OWN_ACCOUNT)
@sensitive_post_parameters("password", "wanted", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request)
    user = member(request)
    if not services.may_guess(user.get_username(), request):
        too_many = _("Too many attempts for this name from your address. Wait a quarter of an hour.")
        return _page(request, [Problem("", "too_many", too_many, "")], status=429)
    try:
        _refuse_mistyped(request)
        services.change_password(
            user=user, password=request.POST.get("password", ""), wanted=request.POST.get("wanted", "")
        )
    except BadInput as error:
        return _page(request, error.problems, status=422)
    update_session_auth_hash(request, user)
    messages.success(request, _("Your password is changed. Your other sessions have ended."))
    return redirect("web:password")


def _refuse_mistyped(request: HttpRequest) -> None:
    if request.POST.get("wanted", "") != request.POST.get("again", ""):
        words = _("is not the same as the new password above it")
        raise BadInput([Problem("again", "differs", words, _("the same words once more"))])


def _page(request: HttpRequest, problems: list[Problem] | None = None, status: int = 200) -> HttpResponse:
    context = {"viewer": viewer_of(request), "problems": problems or []}
    return page(request, "password.html", context, status=status)
