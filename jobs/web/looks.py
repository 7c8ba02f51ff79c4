"""What the page of a live run asks every second: new lines, and every few seconds the story around them.

Two hundred pages may ask at once, so a look is answered before all that only whole pages need, and what is told to one who looks
at a run is told to the next in the same words. Who asks and how the run stands comes from `services.standing_for`: what it does
not know for certain, and everything with a button in it, goes the long way to the view behind the gate.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.utils import translation

from jobs import services
from jobs.exceptions import NotFound
from jobs.models import Run
from jobs.timing import clock
from jobs.web import logview
from jobs.web.asked import number
from jobs.web.kept import Kept
from jobs.web.loglines import Cursor
from jobs.web.pace import Pace
from jobs.web.pages.run import Past, past_of, state_of
from jobs.web.render import viewer_of
from jobs.web.viewer import Viewer

LOG = re.compile(r"/runs/(\d{1,15})/log/")
READERS = {"first", "around", "q", "stream", "launch"}
"""Who names one of these reads, and does not follow."""
EVERY, SHARED, KNOWN = 5.0, 2.0, 30.0
"""Seconds from one story to the next, for how long the same one is told to others, and what came before the run is known."""
NEXT_LOOK = "X-Next-Look"
"""Header: seconds until the page should ask again. static/mxx.js keeps to it."""


@dataclass(frozen=True)
class Look:
    """What the page knows: how the run stands, the log up to the cursor, the story as it was at that moment (epoch ms)."""

    run_id: int
    attempt: int
    told: str
    cursor: Cursor
    story: int


def look_of(request: HttpRequest, run_id: int) -> Look | None:
    """None when somebody reads."""
    if "HX-Request" not in request.headers or READERS & request.GET.keys():
        return None
    attempt, story = (number(request.GET, name) or 0 for name in ("attempt", "story"))
    return Look(run_id, attempt, request.GET.get("status", ""), cursor_of(request), story)


def cursor_of(request: HttpRequest) -> Cursor:
    offset, seen, line = (number(request.GET, name) for name in ("offset", "seen", "line"))
    cursor = Cursor(offset or 0, (offset or 0) if seen is None else seen, line or 0)
    return cursor.with_ended(request.GET.get("ended", ""))


class Looks:
    """Middleware, before sessions."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return _at_once(request) or self._get_response(request)


def _at_once(request: HttpRequest) -> HttpResponse | None:
    session = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    path = LOG.fullmatch(request.path_info)
    if not session or path is None or request.method != "GET":
        return None
    look = look_of(request, int(path[1]))
    if look is None:
        return None
    with _turn:
        standing = services.standing_for(session, look.run_id)
        return answer(look, standing, viewer_of(request)) if standing else None


def answer(look: Look, standing: services.Standing, viewer: Viewer) -> HttpResponse | None:
    """None when there are buttons to make, which are each viewer's own."""
    if (look.attempt, look.told) != (standing.attempt, standing.told):
        return None
    end = services.log_end(look.run_id, standing.attempt)
    lines = _lines(look, end, standing, viewer) if end > look.cursor.seen else ""
    is_late = abs(viewer.now.timestamp() - look.story / 1000) >= EVERY
    story = _story(look.run_id, standing, viewer) if is_late else ""
    if story is None:
        return None
    response = HttpResponse(lines + story)
    if not response.content:
        response["HX-Reswap"] = "none"  # and not 204, after which waitress closes the connection
    response[NEXT_LOOK] = f"{_pace.pause(look.run_id, end, time.monotonic()):.1f}"
    return response


def _lines(look: Look, end: int, standing: services.Standing, viewer: Viewer) -> str:
    def render() -> str:
        run = Run(pk=look.run_id, attempt=standing.attempt, status=standing.status)
        tick = logview.follow(run, look.cursor, viewer)
        return render_to_string("run_glance.html", {"tick": tick, "state": {"run": run}})

    return _kept_lines.given((look.run_id, look.cursor, end, standing, *_tongue(viewer)), render)


def _story(run_id: int, standing: services.Standing, viewer: Viewer) -> str | None:
    def render() -> str | None:
        run, past = _kept_runs.given((run_id, standing), lambda: _found(run_id))
        if run is None or services.standing_of(run) != standing:
            return None
        state = state_of(run, past, viewer)
        if state.detached:
            return None
        return render_to_string("run_story.html", {"state": state, **known(run)})

    return _kept_stories.given((run_id, standing, *_tongue(viewer)), render)


def _found(run_id: int) -> tuple[Run | None, Past]:
    """What the database knows of a run: the same as long as it stands as it does, but for the name of its job."""
    try:
        run = services.find_run(run_id)
    except NotFound:
        return None, Past(None, None)
    return run, past_of(run)


def known(run: Run) -> dict[str, object]:
    """What a page that is told the story now will say that it knows."""
    return {"told": services.standing_of(run).told, "at": round(clock.now().timestamp() * 1000)}


def _tongue(viewer: Viewer) -> tuple[str, str | None]:
    """What the same facts are told differently for."""
    return viewer.zone.key, translation.get_language()


_pace = Pace()
_turn = Lock()
"""Held while a look is answered: the server's threads would else fight for the interpreter, which takes longer than to wait."""
_kept_lines = Kept[str](256, SHARED, lambda lines: len(lines) <= 16 * 1024)
_kept_stories = Kept[str | None](64, SHARED, lambda story: story is not None)
_kept_runs = Kept[tuple[Run | None, Past]](64, KNOWN)
