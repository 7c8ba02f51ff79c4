"""Where the server is and which token is used; what is said when one of them is wrong."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from client import whereabouts
from client.failures import Unusable
from tests.chaos.mxx import free_port
from tests.client.kit import Cli, run


@pytest.mark.parametrize(
    ("given", "environ", "address"),
    [
        (None, {}, "http://127.0.0.1:8765"),
        (None, {"MXX_BIND": "127.0.0.1:9000"}, "http://127.0.0.1:9000"),
        (None, {"MXX_SERVER_PORT": "9001", "MXX_BIND": "127.0.0.1:9000"}, "http://127.0.0.1:9001"),
        (None, {"MXX_SERVER_HOST": "::1"}, "http://[::1]:8765"),
        ("https://mxx.example.org/", {"MXX_SERVER_PORT": "9001"}, "https://mxx.example.org"),
        ("localhost:9002", {}, "http://localhost:9002"),
    ],
)
def test_the_nearest_word_about_the_server_counts(
    given: str | None, environ: dict[str, str], address: str
) -> None:
    assert whereabouts.server(given, environ) == address


@pytest.mark.parametrize(
    "address", ["", "http://", "ftp://mxx", "127.0.0.1:99999", "my server", "http://[::1", "http://mxx/?a=b"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(Unusable, match="no address of a server"):
        whereabouts.server(address, {})


def test_a_password_in_the_address_is_refused() -> None:
    with pytest.raises(Unusable, match="use --token-file or MXX_TOKEN"):
        whereabouts.server("http://me:secret@127.0.0.1:8765", {})


def test_the_owners_token_is_found_but_given_to_this_machine_only(tmp_path: Path) -> None:
    (tmp_path / "cli-token").write_text("mxx_own\n")
    environ = {"MXX_HOME": str(tmp_path)}
    own = whereabouts.token("http://localhost:8765", None, environ)
    assert own and own.text == "mxx_own"
    assert whereabouts.token("https://mxx.example.org", None, environ) is None


def test_a_named_token_goes_before_the_owners(tmp_path: Path) -> None:
    (tmp_path / "cli-token").write_text("mxx_own\n")
    (tmp_path / "other").write_text("mxx_other\n")
    environ = {"MXX_HOME": str(tmp_path), "MXX_TOKEN": "mxx_environment"}
    found = [whereabouts.token("http://[::1]:1", file, environ) for file in (None, tmp_path / "other")]
    assert [one.text for one in found if one] == ["mxx_environment", "mxx_other"]


def test_no_server_is_one_line_and_code_2(tmp_path: Path) -> None:
    (tmp_path / "cli-token").write_text("mxx_own\n")
    code, err = run(tmp_path, "list", MXX_SERVER_PORT=str(free_port())).said
    assert (code, len(err.splitlines())) == (2, 1)
    assert "make up" in err


def test_no_token_is_one_line_and_code_2(tmp_path: Path) -> None:
    code, err = run(tmp_path, "list").said
    assert (code, len(err.splitlines())) == (2, 1)
    assert "cli-token is not there" in err


def test_a_wrong_token_is_named_by_where_it_came_from(cli: Cli) -> None:
    code, err = cli("list", MXX_TOKEN="mxx_wrong").said
    assert code == 2
    assert err.startswith("the server does not accept the token of MXX_TOKEN")


def test_a_token_file_that_is_not_there_is_one_line_and_code_2(cli: Cli) -> None:
    code, err = cli("--token-file", "/no/such/file", "list").said
    assert (code, err) == (2, "the token file /no/such/file cannot be read: No such file or directory")


def test_there_is_no_option_that_takes_a_token(cli: Cli) -> None:
    code, err = cli("--token", "mxx_secret", "list").said
    assert code == 2
    assert "No such option" in err


class Stranger(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<html>hello</html>")

    def log_message(self, *args: object) -> None:
        """Not on the test's stderr."""


@pytest.fixture
def stranger() -> Iterator[int]:
    server = HTTPServer(("127.0.0.1", 0), Stranger)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def test_another_service_at_the_port_is_not_taken_for_mxx(tmp_path: Path, stranger: int) -> None:
    (tmp_path / "cli-token").write_text("mxx_own\n")
    code, err = run(tmp_path, "list", MXX_SERVER_PORT=str(stranger)).said
    assert code == 2
    assert "does not answer like MXX" in err


def test_a_server_that_hangs_up_is_one_line_and_code_2(tmp_path: Path) -> None:
    (tmp_path / "cli-token").write_text("mxx_own\n")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        answering = threading.Thread(target=lambda: listener.accept()[0].close())
        answering.start()
        code, err = run(tmp_path, "list", MXX_SERVER_PORT=str(listener.getsockname()[1])).said
        answering.join()
    assert (code, len(err.splitlines())) == (2, 1)


def test_no_proxy_of_the_environment_hears_the_owners_token(cli: Cli) -> None:
    elsewhere = f"http://127.0.0.1:{free_port()}"
    assert cli("list", HTTP_PROXY=elsewhere, http_proxy=elsewhere, ALL_PROXY=elsewhere).code == 0
