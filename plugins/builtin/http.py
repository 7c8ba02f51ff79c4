"""`[http]`: a request, as a check or as work."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from plugins.answers import No
from plugins.base import Duration, Plugin
from plugins.context import RunContext
from plugins.exceptions import MxxError
from plugins.hooks import hook

if TYPE_CHECKING:
    from plugins.webrequest import Answer

URL = 'url = "http://127.0.0.1:8080/health"'
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


class UnwantedAnswer(MxxError):
    """The server answered, but not as expected."""


class Http(Plugin):
    """Ask a web server: fail the run when the answer is not as expected, or skip the run.

    ```toml
    [http]
    url = "http://127.0.0.1:8080/health"
    mode = "condition"
    expect = [200, 204]
    timeout = "5s"

    [os]
    cmd = ["echo", "the server is well"]
    ```

    url: an http or https address.
    method: GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS.
    headers: a table, for example { Accept = "application/json" }.
    body: text that is sent along.
    expect: the statuses that count as success; by default 200 to 299.
    contains: text that the first MiB of the answer must hold.
    timeout: for the whole request.
    mode: "action" fails the run, "condition" skips it.
    """

    name = "http"

    def __init__(
        self,
        url: str,
        method: str = "GET",
        headers: dict[str, str] | None = None,
        body: str | None = None,
        expect: list[int] | None = None,
        contains: str | None = None,
        timeout: Duration = 10.0,
        mode: Literal["action", "condition"] = "action",
    ) -> None:
        self.url, self.method, self.headers, self.body = url, method.upper(), headers or {}, body
        self.expect, self.contains, self.timeout, self.mode = expect or [], contains, timeout, mode

    @classmethod
    def check(cls, options: dict[str, Any]) -> list[tuple[str, str, str]]:
        problems = [*_url_problems(options.get("url")), *_header_problems(options.get("headers"))]
        method, timeout = options.get("method", "GET"), options.get("timeout")
        if isinstance(method, str) and method.upper() not in METHODS:
            problems.append(("method", f"must be one of {', '.join(METHODS)}", 'method = "POST"'))
        if isinstance(timeout, int | float) and timeout <= 0:
            problems.append(("timeout", "must be above 0", "timeout = 10"))
        statuses = options.get("expect")
        if isinstance(statuses, list) and not all(100 <= status <= 599 for status in statuses):
            problems.append(("expect", "holds a number that is no HTTP status", "expect = [200, 204]"))
        return problems

    @hook("all_cond")
    def server_is_well(self, run: RunContext) -> bool | No:
        if self.mode != "condition":
            return True
        try:
            self._ask(run)
        except MxxError as error:
            return No(str(error))
        return True

    @hook("action")
    def ask(self, run: RunContext) -> None:
        if self.mode == "action":
            self._ask(run)

    def _ask(self, run: RunContext) -> None:
        """Raises MxxError unless the answer is as expected."""
        from plugins.webrequest import NoAnswer, fetch  # 30 ms, which only runs that ask for it should pay

        what, began = f"{self.method} {_public(self.url)}", run.elapsed
        try:
            answer = fetch(
                self.url, method=self.method, headers=self.headers, body=self.body, timeout=self.timeout
            )
        except NoAnswer as error:
            raise NoAnswer(f"{what}: {error}") from None
        run.log.info("%s answered %d in %.2f s", what, answer.status, run.elapsed - began)
        if wrong := self._unwanted(answer):
            raise UnwantedAnswer(f"{what} {wrong}")

    def _unwanted(self, answer: Answer) -> str:
        wanted = answer.status in self.expect if self.expect else 200 <= answer.status <= 299
        if not wanted:
            expected = ", ".join(map(str, self.expect)) or "200 to 299"
            return f"answered {answer.status}, expected {expected}"
        if self.contains and self.contains not in answer.text:
            return f"does not contain {self.contains!r}" + ("" if answer.whole else " in its first MiB")
        return ""


def _public(url: str) -> str:
    """Without the query, which may hold a key."""
    return url.partition("?")[0].partition("#")[0]


def _url_problems(url: object) -> list[tuple[str, str, str]]:
    if not isinstance(url, str) or "${" in url:
        return []
    if not url.isascii() or any(letter <= " " or letter == "\x7f" for letter in url):
        return [("url", "holds a space or a letter that must be percent-encoded", URL)]
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        return [("url", f"is no address: {error}", URL)]
    if parts.scheme not in ("http", "https") or not host:
        return [("url", "must be an http or https address with a host", URL)]
    if parts.username is not None:
        return [("url", "holds a user name: send it as a header", 'headers = { Authorization = "Bearer x" }')]
    return []


def _header_problems(headers: object) -> list[tuple[str, str, str]]:
    if not isinstance(headers, dict):
        return []
    example = 'headers = { Accept = "application/json" }'
    for name, value in headers.items():
        if not HEADER_NAME.fullmatch(name):
            return [("headers", f"{name!r} is no name of a header", example)]
        if isinstance(value, str) and (not value.isprintable() or any(ord(letter) > 255 for letter in value)):
            return [("headers", f"{name} holds a character that a header cannot carry", example)]
    return []
