"""One HTTP request with bounds: http and https only, no way out of them, 1 MiB of answer, one deadline for all of it."""

from __future__ import annotations

import http.client
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from plugins.exceptions import MxxError

LARGEST = 1 << 20
"""Bytes of an answer that are read."""
PRIVATE = ("authorization", "cookie", "proxy-authorization")


class NoAnswer(MxxError):
    """The server did not answer."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    whole: bool
    """False when the body is longer than what was read of it."""

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")


class CarefulRedirects(urllib.request.HTTPRedirectHandler):
    """Never from https to anything else, never to another kind of address, and no secrets to another host."""

    def redirect_request(
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        old, new = urlsplit(req.full_url), urlsplit(newurl)
        if new.scheme not in ("http", "https") or (old.scheme, new.scheme) == ("https", "http"):
            raise NoAnswer(f"refused to follow a redirect from {old.scheme} to {new.scheme or newurl!r}")
        following = super().redirect_request(req, fp, code, msg, headers, newurl)
        if following is not None and (old.scheme, old.netloc) != (new.scheme, new.netloc):
            for name in [name for name in following.headers if name.lower() in PRIVATE]:
                following.remove_header(name)
        return following


def fetch(
    url: str, *, method: str = "GET", headers: Mapping[str, str], body: str | None, timeout: float
) -> Answer:
    """The answer, whatever its status. timeout: seconds for everything. Raises NoAnswer."""
    until = time.monotonic() + timeout
    data = None if body is None else body.encode()
    request = urllib.request.Request(url, data=data, headers=dict(headers), method=method)
    try:
        with _opener().open(request, timeout=timeout) as response:
            return _read(response, until)
    except urllib.error.HTTPError as error:  # a status of 400 or more is an answer too
        with error:
            return _read(error, until)
    except TimeoutError:
        raise NoAnswer(f"no answer within {timeout:.10g} s") from None
    except urllib.error.URLError as error:
        late = isinstance(error.reason, TimeoutError)
        raise NoAnswer(f"no answer within {timeout:.10g} s" if late else _words(error.reason)) from None
    except (http.client.HTTPException, OSError, ValueError) as error:
        raise NoAnswer(_words(error)) from None


def _opener() -> urllib.request.OpenerDirector:
    """Only what is needed: urllib's own opener knows file: and ftp: too."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        CarefulRedirects(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.UnknownHandler(),
    ):
        opener.add_handler(handler)
    return opener


def _read(response: Any, until: float) -> Answer:
    """A piece at a time: a server that drips must not outlast the deadline."""
    body = b""
    while len(body) <= LARGEST:
        if time.monotonic() > until:
            raise TimeoutError
        piece = response.read1(1 << 16)
        if not piece:
            break
        body += piece
    return Answer(response.status, body[:LARGEST], len(body) <= LARGEST)


def _words(reason: object) -> str:
    if isinstance(reason, socket.gaierror):
        return "there is no such host"
    if isinstance(reason, OSError) and reason.strerror:
        return reason.strerror.lower()
    return str(reason) or type(reason).__name__
