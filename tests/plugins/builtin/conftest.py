from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.plugins.builtin.kit import TOOLS, Home


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    opened = Home(tmp_path / "home")
    opened.path.mkdir()
    yield opened
    opened.close()


class Emulators:
    """The stand-in for ldpx (tests/tools/ldpx): what there is, and what it was asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.have({"index": 0, "name": "LDPlayer"}, {"index": 1, "name": "farm 2"})

    def have(self, *emulators: dict[str, Any], lose: tuple[int, ...] = ()) -> None:
        (self.folder / "emulators.json").write_text(json.dumps(emulators))
        (self.folder / "lose").write_text(json.dumps(lose))

    @property
    def calls(self) -> list[list[str]]:
        """All calls but the looks."""
        lines = (self.folder / "calls").read_text().splitlines() if (self.folder / "calls").exists() else []
        return [call[1:] for call in map(json.loads, lines) if call[1] != "list2"]

    def running(self, index: int) -> bool:
        """Whether its program is there."""
        file = self.folder / f"running-{index}"
        if not file.exists():
            return False
        try:
            line = Path(f"/proc/{json.loads(file.read_text())['pid']}/cmdline").read_text()
        except OSError:
            return False
        return "--emulator" in line


@pytest.fixture
def emulators(home: Home, tmp_path: Path) -> Emulators:
    folder = tmp_path / "ldplayer"
    folder.mkdir()
    home.environment |= {"LDPX_STAND_IN": str(folder), "PATH": f"{TOOLS}{os.pathsep}{os.environ['PATH']}"}
    return Emulators(folder)


class Site(ThreadingHTTPServer):
    """A web server on loopback. answers: path -> (status, headers, body); seen: what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.answers: dict[str, tuple[int, dict[str, str], bytes]] = {"/": (200, {}, b"all is well")}
        self.seen: list[tuple[str, str, dict[str, str], bytes]] = []
        self.release = threading.Event()
        """Paths that begin with /slow wait for it."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Answering(BaseHTTPRequestHandler):
    server: Site

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.seen.append((self.command, self.path, dict(self.headers), body))
        if self.path.startswith("/slow"):
            self.server.release.wait(20)
        status, headers, content = self.server.answers.get(
            self.path.partition("?")[0], (404, {}, b"not here")
        )
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = answer

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def site() -> Iterator[Site]:
    server = Site()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server
    server.release.set()
    server.shutdown()
    thread.join()
    server.server_close()
