from __future__ import annotations

from pathlib import Path

from plugins.output.segments import CUT, ERR, MXX, OUT, Record, Writer, read
from plugins.output.text import decode, viewed


def record(data: bytes, stream: int = OUT, launch: int = 1, offset: int = 0) -> Record:
    return Record(0.0, stream, launch, offset, data)


def text(*records: Record) -> str:
    return decode(records, final=True)[0]


def test_a_character_over_a_chunk_border_stays_whole() -> None:
    assert text(record("é".encode()[:1]), record("é".encode()[1:])) == "é"


def test_an_error_line_between_two_halves_of_a_character_breaks_nothing() -> None:
    halves = "é".encode()
    assert text(record(halves[:1]), record(b"!", ERR), record(halves[1:])) == "!é"


def test_bytes_that_are_no_text_become_marks() -> None:
    assert text(record(b"a\xff")) == "a\ufffd"


def test_an_incomplete_character_waits_for_the_next_chunk() -> None:
    assert decode([record(b"ab\xc3")], final=False) == ("ab", 2)
    assert decode([record(b"ab\xc3")], final=True) == ("ab\ufffd", 3)


def test_lines_of_mxx_stand_on_lines_of_their_own() -> None:
    assert (
        text(record(b"half"), record(b"started\n", MXX, 0), record(b"more\n"))
        == "half\n[mxx] started\nmore\n"
    )


def test_an_empty_part_before_a_line_of_mxx_adds_no_line() -> None:
    assert text(record(b"a\n"), record(b"\xc3"), record(b"started\n", MXX, 0)) == "a\n[mxx] started\n\ufffd"


def test_a_line_of_mxx_read_in_two_chunks_has_one_sign(tmp_path: Path) -> None:
    Writer(tmp_path / "log").append(MXX, 0, b"started true\n")
    first, reached = decode(read(tmp_path / "log", 0, 5), final=False)
    second, _ = decode(read(tmp_path / "log", reached), final=True)
    assert first + second == "[mxx] started true\n"


def test_what_was_cut_is_told() -> None:
    assert text(Record(0.0, CUT, 0, 0, dropped=7)) == "\n[... 7 bytes cut ...]\n"
    assert decode([], final=False) == ("", 0)


def test_a_progress_bar_is_seen_in_its_last_state() -> None:
    assert viewed([record(b"10%\r20%\r30%\ndone\r\n")], final=True)[0] == "30%\ndone\n"


def test_a_line_that_is_being_overwritten_waits_for_its_end() -> None:
    assert viewed([record(b"begun\n10%\r20%")], final=False) == ("begun\n", 6)
    assert viewed([record(b"begun\n10%\r20%")], final=True) == ("begun\n20%", 13)


def test_what_was_shown_of_a_line_is_not_joined_with_what_overwrites_it() -> None:
    assert viewed([record(b"\r20%\n", offset=3)], final=False, in_line=True)[0] == "\n20%\n"


def test_an_escape_over_a_chunk_border_does_not_come_through_in_halves() -> None:
    assert viewed([record(b"red \x1b[3")], final=False) == ("red ", 4)


def test_a_line_that_never_ends_does_not_wait_for_ever() -> None:
    text, used = viewed([record(b"\r10%" * 10_000)], final=False)
    assert (text, used) == ("10%", 40_000)
