"""Pages of live runs that ask for what is new, each with a session of its own, as a browser keeps them.

They begin with what stands in the page when it is opened, send back what the last answer told them, as htmx does, and wait as long as it says (`X-Next-Look`), as static/mxx.js does;
with obedient=False once a second, whatever it says.
"""

from __future__ import annotations

import re
import urllib.request
import zlib
from dataclasses import dataclass, field

from benchmarks.clients import Asking

KNOWN = re.compile(rb'<input type="hidden" name="(attempt|offset|seen|line|status|story)" value="([^"]*)">')
NEXT = re.compile(r"x-next-look: ([0-9.]+)")


@dataclass
class Pages:
    """line: so many lines were told. story: so often all of the page was."""

    port: int
    runs: list[int]
    cookies: list[str]
    obedient: bool
    lines: int = 0
    stories: int = 0
    _known: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Each run's page is read once, for all who have it open."""
        opened = [_told(self._get(f"/runs/{run}/", client)) for client, run in enumerate(self.runs)]
        self._known = [dict(opened[client % len(self.runs)]) for client in range(len(self.cookies))]

    def _get(self, path: str, client: int) -> bytes:
        headers = {"Cookie": f"sessionid={self.cookies[client]}"}
        asked = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        with urllib.request.urlopen(asked, timeout=60) as answer:
            return bytes(answer.read())

    def _run(self, client: int) -> int:
        return self.runs[client % len(self.runs)]

    def asking(self) -> Asking:
        return Asking(self.port, self._path, self._headers, every=1.0, heard=self._heard)

    def _path(self, client: int, count: int) -> str:
        query = "&".join(f"{name}={value.replace(' ', '%20')}" for name, value in self._known[client].items())
        return f"/runs/{self._run(client)}/log/?{query}"

    def _headers(self, client: int) -> str:
        return f"Cookie: sessionid={self.cookies[client]}\r\nHX-Request: true\r\nAccept-Encoding: gzip\r\n"

    def _heard(self, client: int, head: str, body: bytes) -> float:
        text = zlib.decompress(body, 31) if "content-encoding: gzip" in head else body
        told = _told(text)
        self._known[client].update(told)
        self.lines += text.count(b'<li id="L')
        self.stories += "story" in told
        said = NEXT.search(head)
        return float(said[1]) if self.obedient and said else 1.0


def _told(page: bytes) -> dict[str, str]:
    return {name.decode(): value.decode() for name, value in KNOWN.findall(page)}
