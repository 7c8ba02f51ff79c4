"""Where a reader goes back to: an address that only takes what a button sends is none that can be looked at."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme

CHOSEN = "-chosen"
"""Ends the first word of what is done to several of a list."""


def page_above(path: str) -> str:
    """The nearest address that is one: /jobs/hello/ of /jobs/hello/save/, /jobs/ of /jobs-chosen/run/, "/" at last."""
    parts = path.strip("/").split("/")
    if parts[0].endswith(CHOSEN):
        return f"/{parts[0].removesuffix(CHOSEN)}/"
    for kept in range(len(parts) - 1, 0, -1):
        above = "/" + "/".join(parts[:kept]) + "/"
        if _is_there(above):
            return above
    return "/"


def page_of(request: HttpRequest) -> str:
    """The address in the reader's browser: what was asked, or the page for which htmx asked a part."""
    if not request.headers.get("HX-Request"):
        return request.get_full_path()
    shown = request.headers.get("HX-Current-URL", "")
    ours = url_has_allowed_host_and_scheme(shown, {request.get_host()}, require_https=request.is_secure())
    return "/" + shown.split("/", 3)[3] if ours and shown.count("/") > 2 else "/"


def _is_there(path: str) -> bool:
    try:
        resolve(path)
    except Resolver404:
        return False
    return True
