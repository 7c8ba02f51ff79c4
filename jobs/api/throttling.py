"""How often: callers by their token, session or address; links by their key; wrong tokens by their address.

Counted in the memory of the one web process, a minute from the first one on.
"""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from jobs.models import Token
from jobs.models.triggerlink import digest_of

MINUTE = 60
REQUESTS = 30_000
"""Of one caller in a minute: more than scripts and storms of triggers need, less than a loop without a pause sends."""
WRONG_TOKENS = 60


class LinkThrottle(SimpleRateThrottle):
    """Each link for itself. Guessing one is no use: it has 256 bits."""

    rate = "60/min"
    scope = "link"

    def get_cache_key(self, request: Request, view: Any) -> str:
        return f"link-{digest_of(str(view.kwargs.get('key', '')))}"


def count_request(request: Request) -> None:
    """Raises Throttled when this caller has sent too many within this minute."""
    count(_caller(request), REQUESTS, "too many requests")


def count_wrong_token(address: str) -> None:
    """Raises Throttled when an address has sent too many. Good tokens from there are never held up."""
    count(f"wrong-token-{address}", WRONG_TOKENS, "too many wrong tokens from your address")


def count(what: str, most: int, words: str) -> None:
    """One more of it, within a minute of the first. Raises Throttled."""
    key = f"count-{what}"
    cache.add(key, 0, MINUTE)
    try:
        number = cache.incr(key)
    except ValueError:  # it ran out just now
        return
    if number > most:
        raise Throttled(MINUTE, f"{words}: {most} a minute")


def _caller(request: Request) -> str:
    if isinstance(request.auth, Token):
        return f"token-{request.auth.pk}"
    if request.user and request.user.is_authenticated:
        return f"user-{request.user.pk}"
    return f"address-{request.META.get('REMOTE_ADDR', '')}"
