"""Come in, go out, be the first."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.templatetags.static import static
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jobs import services
from jobs.exceptions import NotFound
from jobs.web.halfway import enter
from jobs.web.render import THEME_COOKIE, THEMES
from plugins.exceptions import BadInput, Problem

YEAR = 365 * 24 * 3600


class LogIn(LoginView):
    template_name = "login.html"
    http_method_names = ("get", "head", "post")
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """After five failures in a quarter of an hour nothing is tried any more, not even the right password."""
        if services.may_guess(request.POST.get("username", ""), request):
            return super().post(request, *args, **kwargs)
        return render(request, self.template_name, {"too_many": True}, status=429)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        return enter(self.request, form.get_user(), self.get_success_url())


class LogOut(LogoutView):
    pass


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def set_up(request: HttpRequest, token: str) -> HttpResponse:
    """The first admin comes in through a one-time link; a used or wrong one is no page at all."""
    try:
        services.check_link(token)
        if request.method != "POST":
            return _set_up_page(request)
        username = request.POST.get("username", "")
        user = services.use_link(token=token, username=username, password=request.POST.get("password", ""))
    except NotFound as error:
        raise Http404(str(error)) from error
    except BadInput as error:
        return _set_up_page(request, error.problems, status=422)
    return enter(request, user, resolve_url("web:now"))


def _set_up_page(
    request: HttpRequest, problems: list[Problem] | None = None, status: int = 200
) -> HttpResponse:
    told: dict[str, list[Problem]] = {"username": [], "password": []}
    for problem in problems or []:
        told[problem.field].append(problem)
    context = {"problems": told, "username": request.POST.get("username", "")}
    return render(request, "setup.html", context, status=status)


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Browsers ask for it wherever a page names no icon of its own."""
    return redirect(static("mxx.svg"))


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Kept in a cookie, so that a page is never drawn in the wrong colours first."""
    return _choose(request, "theme", THEMES, THEME_COOKIE)


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """No language: as the browser asks."""
    known = [code for code, _ in settings.LANGUAGES]
    return _choose(request, "language", known, settings.LANGUAGE_COOKIE_NAME)


def _choose(request: HttpRequest, field: str, known: Collection[str], cookie: str) -> HttpResponse:
    """Back to where the button stood, with the choice in a cookie; without one that is known."""
    chosen, back = request.POST.get(field, ""), request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    response = redirect(back if safe else "/")
    if chosen in known:
        response.set_cookie(cookie, chosen, max_age=YEAR, samesite="Lax", httponly=True)
    else:
        response.delete_cookie(cookie, samesite="Lax")
    return response
