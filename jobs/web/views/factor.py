"""The second factor: asked for after the password, put into a phone, moved to another one, given up."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from jobs import services
from jobs.web.gate import member, needs
from jobs.web.halfway import go_in, who_is_halfway
from jobs.web.pictures.square import square
from jobs.web.render import page, viewer_of
from plugins.exceptions import BadInput, MxxError, Problem

OWN = services.OWN_ACCOUNT
TOO_MANY = 429


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def log_in_code(request: HttpRequest) -> HttpResponse:
    user = who_is_halfway(request)
    if user is None:
        return redirect("web:login")
    if not services.may_guess(user.get_username(), request):
        return render(request, "login_code.html", {"too_many": True}, status=TOO_MANY)
    if request.method != "POST":
        return render(request, "login_code.html")
    try:
        right = services.check_code(user=user, code=request.POST.get("code", "")[:100])
    except services.Sealed:
        return render(request, "login_code.html", {"sealed": True}, status=422)
    return redirect(go_in(request, user)) if right else _wrong_code(request)


def _wrong_code(request: HttpRequest) -> HttpResponse:
    return render(request, "login_code.html", {"wrong": True}, status=422)


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def log_in_enrol(request: HttpRequest) -> HttpResponse:
    """For who has no factor where one is needed: nothing else opens before."""
    user = who_is_halfway(request)
    if user is None or services.has_factor(user):
        return redirect("web:login")
    context: dict[str, Any] = {"problems": []}
    if request.method == "POST":
        try:
            codes = services.confirm_factor(user=user, code=request.POST.get("code", ""))
        except BadInput as error:
            context["problems"] = error.problems
        else:
            return render(request, "login_codes.html", {"codes": codes, "then": go_in(request, user)})
    status = 422 if context["problems"] else 200
    return render(request, "login_enrol.html", context | _key(user), status=status)


@needs(OWN)
@never_cache
@sensitive_post_parameters("code", "password")
@require_http_methods(["GET", "HEAD", "POST"])
def own(request: HttpRequest) -> HttpResponse:
    """A key for a phone, and the code that proves it. The answer to a POST is the only page with the recovery codes."""
    if request.method != "POST":
        return _page(request)
    user = member(request)

    def confirm() -> list[str]:
        return services.confirm_factor(user=user, code=request.POST.get("code", ""))

    return _with_password(request, confirm)


@needs(OWN)
@never_cache
@sensitive_post_parameters("password")
@require_POST
def new_codes(request: HttpRequest) -> HttpResponse:
    user = member(request)
    if not services.has_factor(user):
        return redirect("web:factor")
    return _with_password(request, lambda: services.new_recovery_codes(user))


@needs(OWN)
@sensitive_post_parameters("password")
@require_POST
def drop(request: HttpRequest) -> HttpResponse:
    if services.factor_is_required():
        needed = _("This server is reachable from other machines: a second factor is required.")
        return _page(request, problems=[Problem("", "required", needed, "")], status=409)
    refused = _password_refused(request)
    if refused is not None:
        return refused
    services.drop_factor(member(request))
    request.session.cycle_key()
    messages.success(request, _("Your password alone opens again. Your other sessions have ended."))
    return redirect("web:factor")


def _with_password(request: HttpRequest, make_codes: Any) -> HttpResponse:
    refused = _password_refused(request)
    if refused is not None:
        return refused
    try:
        codes = make_codes()
    except BadInput as error:
        return _page(request, problems=error.problems, status=422)
    request.session.cycle_key()
    services.note_factor(request.session)
    return _page(request, codes=codes)


def _password_refused(request: HttpRequest) -> HttpResponse | None:
    user = member(request)
    if not services.may_guess(user.get_username(), request):
        return _page(request, problems=[Problem("", "too_many", _too_many(), "")], status=TOO_MANY)
    try:
        services.check_password(user, request.POST.get("password", ""))
    except BadInput as error:
        return _page(request, problems=error.problems, status=422)
    return None


def _too_many() -> str:
    return _("Too many attempts for this name from your address. Wait a quarter of an hour.")


def _page(
    request: HttpRequest,
    *,
    codes: list[str] | None = None,
    problems: list[Problem] | None = None,
    status: int = 200,
) -> HttpResponse:
    user = member(request)
    context: dict[str, Any] = {
        "viewer": viewer_of(request),
        "has": services.has_factor(user),
        "left": services.codes_left(user),
        "required": services.factor_is_required(),
        "codes": codes or [],
        "problems": problems or [],
    }
    return page(request, "factor.html", context | ({} if codes else _key(user)), status=status)


def _key(user: User) -> dict[str, Any]:
    try:
        enrolment = services.enrolment(user)
    except MxxError as error:
        return {"sealed": str(error)}
    spaced = " ".join(enrolment.secret[at : at + 4] for at in range(0, len(enrolment.secret), 4))
    return {"secret": spaced, "link": enrolment.link, "square": square(enrolment.link)}
