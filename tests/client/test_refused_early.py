"""What the web server refuses before Django hears of it is told in the one error shape too."""

from __future__ import annotations

import json
import socket

import pytest

from tests.client.kit import Cli

POST = b"POST /api/jobs/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
LONGEST_HEAD = 256 * 1024
"""waitress stops to read there; what was sent beyond would reset the connection."""


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        (POST + b"Content-Length: 400000000\r\n\r\n", b"413", "too_large"),
        ((POST + b"X: ").ljust(LONGEST_HEAD, b"x"), b"431", "too_large"),
        (POST + b"Content-Length: many\r\n\r\n", b"400", "bad_input"),
        (b"\x16\x03\x01\r\n\r\n", b"400", "bad_input"),
    ],
    ids=["body", "head", "length", "not HTTP"],
)
def test_a_request_that_cannot_be_taken_is_refused_in_the_shape(
    cli: Cli, request_: bytes, status: bytes, code: str
) -> None:
    with socket.create_connection(("127.0.0.1", cli.mxx.port), timeout=20) as line:
        line.sendall(request_)
        answer = b"".join(iter(lambda: line.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.split()[1] == status
    assert b"application/json" in head
    assert json.loads(body)["error"]["code"] == code
