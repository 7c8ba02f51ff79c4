"""Terminal text: known colours are kept, everything else is dropped or shown harmlessly."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from jobs.web.ansi import MOST_CHARACTERS, Span, plain, spans

CLASSES = {
    "",
    *(f"ansi-{name}" for name in ("bold", "dim", "red", "green", "yellow", "blue", "magenta", "cyan")),
}


def test_a_colour_becomes_a_class() -> None:
    assert spans("\x1b[32mok\x1b[0m done") == [Span("ansi-green", "ok"), Span("", " done")]


def test_bold_and_bright_colours_are_known() -> None:
    assert spans("\x1b[1;91mbad")[0].css == "ansi-red ansi-bold"


def test_a_palette_colour_does_not_read_its_number_as_a_style() -> None:
    assert spans("\x1b[38;5;1mred\x1b[38;2;1;2;3mfine") == [Span("ansi-red", "red"), Span("", "fine")]


def test_cursor_moves_titles_and_links_are_dropped() -> None:
    assert plain("\x1b[2Ka\x1b]0;title\x07b\x1b]8;;http://evil.example\x1b\\c\x1b]8;;\x1b\\d\x1b(B") == "abcd"


def test_an_escape_cut_at_the_end_is_dropped() -> None:
    assert plain("text\x1b[3") == "text"
    assert plain("text\x1b") == "text"


def test_control_characters_are_shown_not_obeyed() -> None:
    assert plain("a\x00b\x07c\x7f") == "a␀b␇c␡"
    assert plain("\u202egnp.exe") == "[U+202E]gnp.exe"


def test_a_long_line_is_cut_and_says_so() -> None:
    text = plain("x" * (MOST_CHARACTERS + 1234))
    assert text.startswith("x" * MOST_CHARACTERS + " … 1,234 more")


@given(st.text(st.sampled_from("\x1b[]0123456789;:mKHab\x07\\\x9b\x90Pé<"), max_size=60))
def test_no_escape_survives_and_only_known_classes_come_out(text: str) -> None:
    found = spans(text)
    assert not any("\x1b" in span.text or "\x9b" in span.text for span in found)
    assert all(set(span.css.split(" ")) <= CLASSES for span in found)
