"""Where a reader was is remembered: the answers stay those of somebody who reads from the beginning."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from plugins.output import segments
from plugins.output.segments import OUT, Writer


def written(folder: Path, sizes: list[int], writer: Writer | None = None) -> Writer:
    writer = writer or Writer(folder, segment=256 * 1024)
    for size in sizes:
        writer.append(OUT, 1, bytes(random.Random(writer.offset).choices(b"abc \n", k=size)))
    return writer


def read_from(folder: Path, offset: int) -> bytes:
    return b"".join(record.data for record in segments.walk(folder, offset))


@pytest.mark.parametrize("seed", range(5))
def test_any_order_of_looks_answers_as_a_whole_read_does(tmp_path: Path, seed: int) -> None:
    dice, writer, whole = random.Random(seed), None, b""
    for _ in range(12):
        writer = written(
            tmp_path / "log", dice.choices([0, 1, 40, 5000, 70_000], k=dice.randint(1, 9)), writer
        )
        whole += read_from(tmp_path / "log", len(whole))
        assert segments.end(tmp_path / "log") == writer.offset == len(whole)
        for offset in [0, *(dice.randint(0, len(whole)) for _ in range(6))]:
            assert read_from(tmp_path / "log", offset) == whole[offset:]


def test_a_file_of_the_same_name_that_is_another_one_is_read_anew(tmp_path: Path) -> None:
    written(tmp_path / "log", [100_000, 7, 90_000])
    assert segments.end(tmp_path / "log") == 190_007
    shutil.rmtree(tmp_path / "log")
    written(tmp_path / "log", [3] * 2000)
    assert segments.end(tmp_path / "log") == 6000
    assert len(read_from(tmp_path / "log", 5000)) == 1000


def test_a_follower_reads_what_is_new_and_little_else(tmp_path: Path) -> None:
    writer = written(tmp_path / "log", [50] * 4000)
    assert segments.end(tmp_path / "log") == writer.offset
    writer.append(OUT, 1, b"new")
    content, position, offset = segments._from_record(
        next((tmp_path / "log").iterdir()), 0, segments.ANYWHERE
    )
    assert (len(content), position, offset) == (segments.HEADER.size + 3, len(content), writer.offset)
