"""A page of another origin, in a real browser whose user is logged in here, starts nothing and reads nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from jobs.models import Run
from tests.web import story
from tests.web.conftest import Screen

pytestmark = pytest.mark.browser
TRIES = """async (mxx) => {
  const told = [];
  const ask = async (path, options) => {
    try { const answer = await fetch(mxx + path, options); told.push(await answer.text()); }
    catch (error) { told.push(""); }
  };
  const post = {method: "POST", credentials: "include", headers: {"Content-Type": "text/plain"}, body: "{}"};
  await ask("/api/jobs/", {credentials: "include"});
  await ask("/api/jobs/", {credentials: "include", mode: "no-cors"});
  await ask("/api/jobs/hello/trigger/", post);
  await ask("/api/jobs/hello/trigger/", {...post, mode: "no-cors"});
  await ask("/jobs/hello/run/", {...post, mode: "no-cors"});
  await ask("/api/jobs/hello/trigger/", {...post, headers: {"Content-Type": "application/json"}});
  return told.join("");
}"""
FORM = """(mxx) => {
  const form = document.createElement("form");
  form.method = "POST"; form.action = mxx + "/jobs/hello/run/";
  document.body.append(form); form.submit();
}"""


class Strangers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<title>stranger</title><body>hello</body>")

    def log_message(self, *_: object) -> None:
        """Nothing: a test is no server log."""


@pytest.fixture
def stranger() -> Iterator[str]:
    """The address of a page on another port: for a browser the same site, but another origin."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Strangers)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()
    thread.join()


def test_no_fetch_of_a_strangers_page_reads_or_starts_anything(screen: Screen, stranger: str) -> None:
    story.job("hello", '[os]\ncmd = ["echo", "hello"]\n')
    assert "hello" in screen.open("/jobs/").content()
    screen.page.goto(stranger)
    assert screen.page.evaluate(TRIES, screen.address) == ""
    assert not Run.objects.exists()


def test_no_form_of_a_strangers_page_starts_anything(screen: Screen, stranger: str) -> None:
    story.job("hello", '[os]\ncmd = ["echo", "hello"]\n')
    screen.page.goto(stranger)
    with screen.page.expect_navigation():
        screen.page.evaluate(FORM, screen.address)
    assert "may not do this" in screen.page.content()
    assert not Run.objects.exists()


def test_a_name_that_a_stranger_points_here_opens_nothing(screen: Screen) -> None:
    """DNS rebinding: the browser takes any name under localhost for this machine, as it would the stranger's own."""
    page = screen.page
    page.goto(
        screen.address.replace("localhost", "rebound.localhost").replace("127.0.0.1", "rebound.localhost")
    )
    assert "does not go by that name" in page.content()
