from __future__ import annotations

from pathlib import Path

import pytest

from plugins.output.segments import CUT, ERR, MXX, OUT, Record, Writer, end, read


def write(folder: Path, *texts: bytes, limit: int = 10 << 20, segment: int = 1 << 20) -> Writer:
    writer = Writer(folder, limit, segment)
    for text in texts:
        writer.append(OUT, 1, text)
    return writer


def data(records: list[Record]) -> bytes:
    return b"".join(record.data for record in records)


def test_what_is_written_is_read_with_its_stream_and_launch(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "log")
    writer.append(OUT, 1, b"out")
    writer.append(ERR, 2, b"err")
    writer.append(MXX, 0, b"ours")
    found = read(tmp_path / "log")
    assert [(record.stream, record.launch, record.offset, record.data) for record in found] == [
        (OUT, 1, 0, b"out"),
        (ERR, 2, 3, b"err"),
        (MXX, 0, 6, b"ours"),
    ]


def test_nothing_is_made_before_the_first_byte(tmp_path: Path) -> None:
    writer = write(tmp_path / "log", b"")
    writer.close()
    assert list(tmp_path.iterdir()) == []
    assert (read(tmp_path / "log"), end(tmp_path / "log")) == ([], 0)


def test_an_offset_inside_a_record_gives_its_rest(tmp_path: Path) -> None:
    write(tmp_path / "log", b"hello", b"world")
    first, *_ = found = read(tmp_path / "log", offset=3)
    assert (data(found), first.offset, first.continued) == (b"loworld", 3, True)


@pytest.mark.parametrize("limit", [1, 4, 5, 7, 100])
def test_reading_on_from_each_answer_gives_everything_once(limit: int, tmp_path: Path) -> None:
    write(tmp_path / "log", b"hello", b"new", b"world", segment=9)
    offset, whole = 0, b""
    while found := read(tmp_path / "log", offset, limit):
        whole, offset = whole + data(found), found[-1].end
        assert len(data(found)) <= limit
    assert whole == b"hellonewworld"


def test_a_flood_keeps_its_beginning_and_its_end_within_the_limit(tmp_path: Path) -> None:
    texts = [f"{number:09d}\n".encode() for number in range(10_000)]
    write(tmp_path / "log", *texts, limit=20_000, segment=2_000)
    found = read(tmp_path / "log", limit=1 << 20)
    assert data(found).startswith(texts[0])
    assert data(found).endswith(texts[-1])
    assert sum(path.stat().st_size for path in (tmp_path / "log").iterdir()) <= 25_000
    assert [record.dropped for record in found if record.stream == CUT] == [100_000 - len(data(found))]


def test_an_offset_in_the_part_that_is_gone_gives_a_cut_and_goes_on(tmp_path: Path) -> None:
    write(tmp_path / "log", *(b"x" * 10 for _ in range(1000)), limit=2_000, segment=200)
    cut, following = read(tmp_path / "log", offset=5_000)[:2]
    assert (cut.stream, cut.offset, cut.end) == (CUT, 5_000, following.offset)


def test_a_record_larger_than_a_segment_is_split(tmp_path: Path) -> None:
    write(tmp_path / "log", b"x" * 1_000, segment=100)
    found = read(tmp_path / "log")
    assert (len(found), data(found)) == (10, b"x" * 1_000)


def test_a_record_that_is_being_written_is_left_for_the_next_look(tmp_path: Path) -> None:
    write(tmp_path / "log", b"hello")
    (segment,) = (tmp_path / "log").iterdir()
    with segment.open("ab") as file:
        file.write(b"half a header")
    assert data(read(tmp_path / "log")) == b"hello"
    assert end(tmp_path / "log") == 5


def test_a_full_disk_costs_bytes_and_the_gap_is_told(tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "000000000000000.seg").symlink_to("/dev/full")
    write(tmp_path / "log", b"lost", b"kept", b"too")
    cut, *rest = read(tmp_path / "log")
    assert (cut.dropped, data(rest)) == (4, b"kepttoo")


def test_a_folder_that_was_removed_costs_bytes_and_no_crash(tmp_path: Path) -> None:
    writer = write(tmp_path / "gone" / "log", b"lost")
    assert writer.offset == 4


def test_the_seventy_thousandth_launch_can_still_write(tmp_path: Path) -> None:
    Writer(tmp_path / "log").append(OUT, 70_000, b"x")
    assert read(tmp_path / "log")[0].launch == 65_535
