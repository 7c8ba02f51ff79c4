"""Between the password and the second factor: a session that knows whose password was shown, and is nobody's yet."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from django.contrib.auth import login
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from jobs import services
from jobs.timing import clock

KEPT = "halfway"
WITHIN = 10 * 60
"""Seconds that a shown password counts."""


@dataclass(frozen=True)
class Halfway:
    """key: changes with the password. then: where to go, an address of ours."""

    user: int
    key: str
    at: float
    then: str


def enter(request: HttpRequest, user: User, then: str) -> HttpResponse:
    """After the password: in, or to the page that asks for more."""
    asks = "web:login-code" if services.has_factor(user) else "web:login-enrol"
    if asks == "web:login-enrol" and not services.factor_is_required():
        login(request, user)
        return redirect(then)
    request.session.flush()
    halfway = Halfway(user.pk, user.get_session_auth_hash(), clock.now().timestamp(), then)
    request.session[KEPT] = asdict(halfway)
    return redirect(asks)


def who_is_halfway(request: HttpRequest) -> User | None:
    """None: nobody, or too long ago, or with a password that is no longer theirs."""
    halfway = _kept(request)
    if halfway is None or clock.now().timestamp() - halfway.at > WITHIN:
        return None
    user = User.objects.filter(pk=halfway.user, is_active=True).first()
    return user if user and user.get_session_auth_hash() == halfway.key else None


def go_in(request: HttpRequest, user: User) -> str:
    """Logs them in, with a second factor; returns where they wanted to go."""
    halfway = _kept(request)
    request.session.pop(KEPT, None)
    login(request, user)
    services.note_factor(request.session)
    return halfway.then if halfway else "/"


def _kept(request: HttpRequest) -> Halfway | None:
    found = request.session.get(KEPT)
    return Halfway(**found) if found else None
