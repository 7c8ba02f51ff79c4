"""How often: links by their key, wrong tokens by their address. Counted in the memory of the one web process."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from jobs.models.triggerlink import digest_of

WRONG_TOKENS, WITHIN = 60, 60


class LinkThrottle(SimpleRateThrottle):
    """Each link for itself. Guessing one is no use: it has 256 bits."""

    rate = "60/min"
    scope = "link"

    def get_cache_key(self, request: Request, view: Any) -> str:
        return f"link-{digest_of(str(view.kwargs.get('key', '')))}"


def count_wrong_token(address: str) -> None:
    """Raises Throttled when an address has sent too many. Good tokens from there are never held up."""
    key = f"wrong-token-{address}"
    cache.add(key, 0, WITHIN)
    try:
        count = cache.incr(key)
    except ValueError:  # it ran out just now
        return
    if count > WRONG_TOKENS:
        raise Throttled(WITHIN, "too many wrong tokens from your address")
