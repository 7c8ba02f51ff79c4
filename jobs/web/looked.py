"""When somebody last looked at the first page: kept in a cookie, so that looking writes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from django.http import HttpRequest, HttpResponse

COOKIE = "mxx_looked"
YEAR = 365 * 24 * 3600
AWAY = timedelta(minutes=30)
"""Who was away for so long looks anew; before that it is the same look."""
FIRST, LONGEST = timedelta(hours=24), timedelta(days=14)


@dataclass(frozen=True)
class Look:
    """since: the end of the look before this one. last: when this one was last heard of."""

    since: datetime
    last: datetime

    @classmethod
    def of(cls, request: HttpRequest, now: datetime) -> Self:
        """Without a cookie, or with one that was not ours: the last 24 hours."""
        since, _, last = request.COOKIES.get(COOKIE, "").partition(".")
        if not all(part.isascii() and part.isdigit() and len(part) < 11 for part in (since, last)):
            return cls(now - FIRST, now)
        before = cls(datetime.fromtimestamp(int(since), UTC), datetime.fromtimestamp(int(last), UTC))
        start = before.last if now - before.last > AWAY else before.since
        return cls(min(max(start, now - LONGEST), now), now)

    def keep(self, response: HttpResponse) -> None:
        text = f"{int(self.since.timestamp())}.{int(self.last.timestamp())}"
        response.set_cookie(COOKIE, text, max_age=YEAR, samesite="Lax", httponly=True)
