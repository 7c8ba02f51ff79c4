"""The API over HTTP: answers as plain data, failures as client.failures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

from client.failures import Unreachable, Unusable, refusal
from client.whereabouts import Token, how_to_get_a_token, is_local

CONNECT_WITHIN, ANSWER_WITHIN = 5.0, 60.0
LARGEST_PAGE = 200


@dataclass(frozen=True)
class LogPiece:
    """text: since the offset asked for. complete: nothing of this attempt will follow next_offset."""

    text: str
    next_offset: int
    complete: bool


class Api:
    """One server. Every method raises Refused when it says no, and Unusable when it cannot be asked."""

    def __init__(self, address: str, token: Token | None) -> None:
        self.address, self._token = address, token
        self._http = opened(f"{address}/api/", {"Authorization": f"Bearer {token.text}"} if token else {})

    def get(self, *parts: object, **query: Any) -> Any:
        return self._known("GET", parts, params=query)

    def post(self, *parts: object, body: dict[str, Any] | None = None) -> Any:
        return self._known("POST", parts, json=body or {})

    def put(self, *parts: object, body: dict[str, Any]) -> Any:
        return self._known("PUT", parts, json=body)

    def delete(self, *parts: object, **query: Any) -> None:
        self._need_token()
        answer = self._send("DELETE", parts, params=query)
        if not answer.is_success:
            self._refuse(answer)

    def health(self) -> tuple[bool, dict[str, Any]]:
        """(is it well, what it says). Without a token it says less."""
        answer = self._send("GET", ("health",))
        if answer.status_code not in (200, 503):
            self._refuse(answer)
        return answer.status_code == 200, self._decoded(answer)

    def rows(self, *parts: object, limit: int | None = None, **query: Any) -> Iterator[dict[str, Any]]:
        """Every row of a list, page by page; `limit` of them at most."""
        left, cursor = limit, dict[str, str]()
        while left is None or left > 0:
            size = LARGEST_PAGE if left is None else min(left, LARGEST_PAGE)
            page = self.get(*parts, limit=size, **query, **cursor)
            yield from page["results"]
            if not page["next"]:
                return
            # Only the cursor of that address is used: a token never goes where an answer points to.
            cursor = {"cursor": httpx.URL(page["next"]).params["cursor"]}
            left = None if left is None else left - size

    def log(self, run: int, offset: int = 0, *, attempt: int, colours: bool = False) -> LogPiece:
        self._need_token()
        query = {"offset": offset, "attempt": attempt, "ansi": "1" if colours else "0"}
        if not attempt:
            del query["attempt"]  # it waits for its first
        answer = self._send("GET", ("runs", run, "log"), params=query)
        if answer.status_code != 200:
            self._refuse(answer)
        try:
            following = int(answer.headers["X-Next-Offset"])
            return LogPiece(answer.text, following, answer.headers["X-Log-Complete"] == "true")
        except (KeyError, ValueError):
            raise self._stranger() from None

    # ---- one question

    def _known(self, method: str, parts: tuple[object, ...], **content: Any) -> Any:
        self._need_token()
        answer = self._send(method, parts, **content)
        return self._decoded(answer) if answer.is_success else self._refuse(answer)

    def _need_token(self) -> None:
        if self._token is None:
            raise Unusable(how_to_get_a_token(self.address))

    def _send(self, method: str, parts: tuple[object, ...], **content: Any) -> httpx.Response:
        path = "".join(f"{quote(str(part), safe='')}/" for part in parts)
        return sent(self._http, self.address, method, path, **content)

    def _refuse(self, answer: httpx.Response) -> Any:
        content = self._decoded(answer)
        error = content.get("error") if isinstance(content, dict) else None
        if not isinstance(error, dict):
            raise self._stranger()
        if answer.status_code == 401:
            source = self._token.source if self._token else "no token"
            raise Unusable(f"the server does not accept the token of {source}: {error.get('message')}")
        raise refusal(answer.status_code, error)

    def _decoded(self, answer: httpx.Response) -> Any:
        try:
            return answer.json()
        except ValueError:
            raise self._stranger() from None

    def _stranger(self) -> Unusable:
        return Unusable(f"{self.address} does not answer like MXX: name the right server with --server")


def opened(base: str, headers: dict[str, str]) -> httpx.Client:
    """A proxy of the environment would hear the token of this machine's own server, so it is asked for others only."""
    return httpx.Client(
        base_url=base,
        headers=headers,
        timeout=httpx.Timeout(ANSWER_WITHIN, connect=CONNECT_WITHIN),
        trust_env=not is_local(base),
    )


def sent(http: httpx.Client, address: str, method: str, path: str, **content: Any) -> httpx.Response:
    """The answer, whatever it is. Raises Unreachable when there is none."""
    try:
        return http.request(method, path, **content)
    except httpx.TimeoutException:
        raise Unreachable(f"no answer from {address} in time; is the server busy?") from None
    except httpx.TransportError as error:
        raise Unreachable(
            f"no server at {address} ({error or type(error).__name__}): "
            "start it with make up, or name another with --server"
        ) from None
