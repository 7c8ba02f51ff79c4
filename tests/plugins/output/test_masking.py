"""Secrets never reach the disk, wherever the chunks were cut and however they were written."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.output.masking import Mask

SECRET = 'p"ss/w\u00f6rd=1'


def masked(secrets: list[str], *chunks: bytes) -> bytes:
    stream = Mask(secrets).stream()
    return b"".join(stream.feed(chunk) for chunk in chunks) + stream.finish()


def test_a_secret_is_masked_wherever_it_is_cut() -> None:
    whole = b"before hunter22 after"
    for cut in range(len(whole)):
        assert masked(["hunter22"], whole[:cut], whole[cut:]) == b"before *** after"


def test_a_secret_that_comes_byte_by_byte_is_masked() -> None:
    whole = b"aaab hunter2hunter22 end"
    assert masked(["hunter22"], *(bytes([byte]) for byte in whole)) == b"aaab hunter2*** end"


@pytest.mark.parametrize(
    "written",
    [
        json.dumps(SECRET)[1:-1],
        json.dumps(SECRET, ensure_ascii=False)[1:-1],
        quote(SECRET, safe=""),
        quote(SECRET).lower(),
    ],
)
def test_a_secret_is_masked_as_programs_write_it(written: str) -> None:
    assert Mask([SECRET]).text(f"[{written}]") == "[***]"


@pytest.mark.parametrize("user", ["a:", "bo:", "joe:"])
def test_a_secret_in_basic_authentication_is_masked(user: str) -> None:
    header = base64.b64encode(f"{user}correct horse".encode()).decode()
    assert "***" in Mask(["correct horse"]).text(header)
    assert header[6:-6] not in Mask(["correct horse"]).text(header)


def test_each_line_of_a_key_is_masked() -> None:
    key = "-----BEGIN KEY-----\r\nMIIEvAIBADANBg\r\nab\r\n-----END KEY-----\r\n"
    assert Mask([key]).text("x MIIEvAIBADANBg y -----END KEY-----") == "x *** y ***"


def test_secrets_that_overlap_leave_nothing_between_them() -> None:
    assert masked(["hunter2abc", "abcdef"], b"hunter2a", b"bcde", b"f!") == b"***!"


def test_short_secrets_are_left_alone() -> None:
    assert not Mask(["abc", "", "  x\n"])


def test_what_may_begin_a_secret_is_shown_after_a_pause_but_for_most_of_a_secret() -> None:
    stream = Mask(["hunter22"]).stream()
    assert stream.feed(b"ask: hu") == b"ask: "
    assert stream.settle() == b"hu"
    assert stream.feed(b"nter") == stream.settle() == b""
    assert stream.feed(b"22\n") == b"***\n"


def test_the_beginning_of_a_secret_at_the_end_of_the_output_is_masked() -> None:
    assert masked(["hunter22"], b"so hunter2") == b"so ***"


def test_a_secret_that_a_shortened_text_ends_in_is_masked() -> None:
    assert Mask(["hunter22"]).text("cannot log in with hunter") == "cannot log in with ***"


def test_texts_deep_in_data_are_masked() -> None:
    data = {"argv": ["curl", "-u", "me:hunter22"], "number": 1, "in": {"reason": "hunter22"}}
    told = {"argv": ["curl", "-u", "me:***"], "number": 1, "in": {"reason": "***"}}
    assert Mask(["hunter22"]).inside(data) == told


@given(
    st.lists(st.text("ab", min_size=4, max_size=7), min_size=1, max_size=3),
    st.lists(st.text("abc", max_size=8), max_size=8),
)
def test_what_is_masked_does_not_depend_on_the_chunks(secrets: list[str], chunks: list[str]) -> None:
    written = [chunk.encode() for chunk in chunks]
    whole = b"".join(written)
    assert masked(secrets, *written, b"\n") == masked(secrets, whole + b"\n")
    assert not any(secret.encode() in masked(secrets, *written, b"\n") for secret in secrets)
