"""Nothing that a terminal obeys reaches one, but colours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.output.escapes import half_at, harmless

EVIL = [
    "\x1b[2J",
    "\x1b]0;title\x07",
    "\x1b]8;;http://x\x1b\\",
    "\x1bP1;2|x\x1b\\",
    "\x1bc",
    "\x9b2J",
    "\x1b[6n",
    "\x1b(0",
    "\x1b[?1049h",
]


@pytest.mark.parametrize("escape", EVIL)
def test_escapes_are_taken_out(escape: str) -> None:
    assert harmless(f"a{escape}b\n", colours=True) == "ab\n"


def test_colours_stay_where_they_are_wanted() -> None:
    assert harmless("\x1b[1;31mred\x1b[0m", colours=True) == "\x1b[1;31mred\x1b[0m"
    assert harmless("\x1b[1;31mred\x1b[0m") == "red"


def test_a_title_that_does_not_end_hides_no_further_line() -> None:
    assert harmless("a\x1b]0;never\nb\n") == "a\nb\n"


def test_controls_and_marks_of_direction_are_shown_and_not_obeyed() -> None:
    assert harmless("\0\b\x7f\u202e\ttab\n") == "\u2400\u2408\u2421[U+202E]\ttab\n"


@given(st.text("\x1b[]0m;?J\x07\\\x9b\r\nab\0"))
def test_no_escape_is_left_whatever_it_was_made_of(text: str) -> None:
    assert (
        not set(harmless(text))
        - set("[]0m;?J\\ab\n")
        - {chr(0x2400 + code) for code in range(32)}
        - {"\ufffd"}
    )


def test_half_an_escape_is_found_at_the_end() -> None:
    assert [half_at(data) for data in (b"ab\x1b", b"ab\x1b[3", b"a\x1b[31m", b"\x1b]0;t", b"ab")] == [
        2,
        2,
        6,
        0,
        2,
    ]
