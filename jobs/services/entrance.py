"""Logging in: how often somebody may guess, and how long a session lives."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from jobs.models import AuditEntry
from jobs.services.audit import address_of, record
from jobs.timing import clock

FAILED, CODE_FAILED, DONE = "login.failed", "login.code_failed", "login"
GUESSES, GUESSES_OF_ADDRESS, CODES = 5, 50, 20
"""CODES: wrong ones for one name, from wherever: who has the password could else guess from many addresses."""
WITHIN = timedelta(minutes=15)
IDLE, LONGEST = timedelta(hours=12), timedelta(days=7)
NOTED_EVERY = timedelta(minutes=5)
BEGAN, SEEN = "began", "seen"


def may_guess(username: str, request: HttpRequest) -> bool:
    """Whether this address may try a password for this name; asked alike for names that nobody has.

    Attempts that come at the same instant are counted only when they have failed: a few more get through."""
    failures = AuditEntry.objects.filter(action__in=(FAILED, CODE_FAILED), at__gt=clock.now() - WITHIN)
    recent = failures.filter(address=address_of(request))
    codes = failures.filter(action=CODE_FAILED, target=_known_as(username))
    if recent.count() >= GUESSES_OF_ADDRESS or codes.count() >= CODES:
        return False
    of_name = recent.filter(target=_known_as(username))
    last = AuditEntry.objects.filter(action=DONE, target=_known_as(username), address=address_of(request))
    if succeeded := last.order_by("-id").values_list("pk", flat=True).first():
        of_name = of_name.filter(pk__gt=succeeded)
    return of_name.count() < GUESSES


def is_alive(session: SessionBase) -> bool:
    """At most 7 days, and never 12 hours without a request. Notes the request, to five minutes."""
    if seconds_left(session) < 0:
        return False
    now = clock.now()
    if now - _moment(session, SEEN) > NOTED_EVERY:
        session[SEEN] = now.timestamp()
    return True


def seconds_left(session: SessionBase) -> float:
    """Of its life, if nothing more is asked by it."""
    ends = min(_moment(session, BEGAN) + LONGEST, _moment(session, SEEN) + IDLE)
    return (ends - clock.now()).total_seconds()


def _moment(session: SessionBase, name: str) -> datetime:
    """A session that does not say so is as old as can be."""
    return datetime.fromtimestamp(float(session.get(name, 0)), clock.now().tzinfo)


def _known_as(username: str) -> str:
    return username.strip()[:150]


def watch() -> None:
    """Django tells of each log-in, whatever page or form it came through."""
    user_logged_in.connect(_came_in, dispatch_uid="mxx")
    user_logged_out.connect(_went_out, dispatch_uid="mxx")
    user_login_failed.connect(_failed, dispatch_uid="mxx")


def _came_in(request: HttpRequest, user: User, **_: Any) -> None:
    request.session[BEGAN] = request.session[SEEN] = clock.now().timestamp()
    record(DONE, _known_as(user.get_username()))


def _went_out(user: User | None, **_: Any) -> None:
    if user is not None:
        record("logout", _known_as(user.get_username()))


def _failed(credentials: dict[str, Any], **_: Any) -> None:
    record(FAILED, _known_as(str(credentials.get("username", ""))))
