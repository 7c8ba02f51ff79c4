"""Bytes to lines: whatever the chunk borders, every line comes once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.web import loglines
from jobs.web.loglines import MOST_OPEN, Assembler, Cursor, Line, last_state
from plugins.output.segments import CUT, ERR, OUT, Record


def records(*pieces: tuple[int, bytes]) -> list[Record]:
    found, offset = [], 0
    for stream, data in pieces:
        found.append(Record(1.0, stream, 1, offset, data))
        offset += len(data)
    return found


def from_offset(all_records: list[Record], offset: int) -> list[Record]:
    """What segments.read answers: the first record is shortened."""
    return [
        Record(r.time, r.stream, r.launch, max(r.offset, offset), r.data[max(0, offset - r.offset) :])
        for r in all_records
        if r.end > offset
    ]


def texts(lines: list[Line]) -> list[str]:
    return [line.text for line in lines]


def test_a_character_cut_by_a_chunk_border_is_whole() -> None:
    snow = "雪\n".encode()
    lines = list(Assembler().feed(records((OUT, snow[:2]), (OUT, snow[2:]))))
    assert texts(lines) == ["雪"]


def test_streams_are_cut_into_lines_apart() -> None:
    lines = list(Assembler().feed(records((OUT, b"half "), (ERR, b"error\n"), (OUT, b"whole\n"))))
    assert texts(lines) == ["error", "half whole"]


def test_the_last_state_of_a_progress_bar_wins() -> None:
    assert last_state(b"10 %\r50 %\r100 %") == b"100 %"
    assert last_state(b"windows line\r") == b"windows line"


def test_an_unfinished_progress_bar_is_not_read_from_its_beginning_again() -> None:
    assembler = Assembler()
    list(assembler.feed(records((OUT, b"1 %\r" * 1000 + b"2 %"))))
    assert texts(assembler.unfinished()) == ["2 %"]
    assert assembler.cursor().offset == 4000


def test_a_line_without_end_is_ended_after_a_while() -> None:
    assembler = Assembler()
    pieces = [(OUT, b"waiting> "), *[(ERR, b"x" * 1023 + b"\n")] * (MOST_OPEN // 1024 + 1)]
    assert "waiting> " in texts(list(assembler.feed(records(*pieces))))
    assert assembler.unfinished() == []


def test_a_cut_is_a_line_that_says_how_much_is_gone() -> None:
    cut = Record(0.0, CUT, 0, 5, b"", dropped=700)
    lines = list(Assembler().feed([*records((OUT, b"begin")), cut]))
    assert [(line.text, line.dropped) for line in lines] == [("begin", 0), ("", 700)]


def test_the_end_of_a_run_ends_its_last_line() -> None:
    assembler = Assembler()
    assert list(assembler.feed(records((OUT, b"no newline")))) == []
    assert texts(list(assembler.finish())) == ["no newline"]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([OUT, ERR]), st.sampled_from([b"a", b"b\n", "é".encode(), b"\n", b"cc\ndd"])
        ),
        max_size=30,
    ),
    st.lists(st.integers(0, 60), max_size=6),
)
def test_following_in_any_steps_gives_the_lines_of_one_reading(
    pieces: list[tuple[int, bytes]], stops: list[int]
) -> None:
    written = records(*pieces)
    once = list(Assembler().feed(written))
    followed, cursor = list[Line](), Cursor()
    for stop in [*sorted(stops), len(written)]:
        assembler = Assembler(cursor)
        followed += assembler.feed(from_offset(written[:stop], cursor.offset))
        cursor = assembler.cursor()
    assert [(line.number, line.data) for line in followed] == [(line.number, line.data) for line in once]


PIECES = st.lists(
    st.tuples(
        st.sampled_from([OUT, ERR]),
        st.sampled_from([b"a", b"b\n", b"\n", b"cc\ndd", b"e" * 9, b"f" * 20 + b"\n", b"gg\rh"]),
    ),
    max_size=30,
)


@contextmanager
def short() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loglines, "MOST_OPEN", 8)
        patch.setattr(loglines, "LONG", 4)
        yield


@short()
@settings(max_examples=500, deadline=None)
@given(PIECES, st.lists(st.integers(0, 300), max_size=6))
def test_long_lines_have_the_same_numbers_wherever_a_follower_stops(
    pieces: list[tuple[int, bytes]], stops: list[int]
) -> None:
    written = records(*pieces)
    end = written[-1].end if written else 0
    once = list(Assembler().feed(written))
    followed, cursor = list[Line](), Cursor()
    for stop in [*sorted(stops), end]:
        assembler = Assembler(cursor)
        followed += assembler.feed(
            record.until(min(stop, record.end))
            for record in from_offset(written, cursor.offset)
            if record.offset < stop
        )
        cursor = Cursor().with_ended(assembler.cursor().ended_told)
        cursor = replace(assembler.cursor(), ended=cursor.ended)
    assert [(line.number, line.data) for line in followed] == [(line.number, line.data) for line in once]


@short()
@settings(max_examples=300, deadline=None)
@given(PIECES, st.integers(0, 300))
def test_lines_that_are_only_counted_leave_the_others_their_numbers(
    pieces: list[tuple[int, bytes]], border: int
) -> None:
    written = records(*pieces)
    once, skipping = Assembler(), Assembler()
    wanted = [line for line in once.feed(written) if line.end > border]
    skipping.skip(one.until(min(border, one.end)) for one in written if one.offset < border)
    lines = list(skipping.feed(from_offset(written, border)))
    assert [(line.number, line.data) for line in lines] == [(line.number, line.data) for line in wanted]
    assert skipping.cursor() == once.cursor()
