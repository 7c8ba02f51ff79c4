"""Output on disk: records of (time, stream, launch, bytes) in segment files, bounded, read by offset.

An offset counts bytes of output since the start of the run (headers do not count), so it stays valid whatever
was cut away. A segment file is named after the offset of its first byte and starts at a record border:
each can be read alone. The first and the newest segments are kept, the middle goes.
"""

from __future__ import annotations

import os
import struct
import time
from collections.abc import Iterator
from errno import ENOSPC
from pathlib import Path
from typing import NamedTuple

from plugins.binary import APPENDING, write_both
from plugins.output.marks import APART, Marks

OUT, ERR, MXX, CUT = 0, 1, 2, 3
HEADER = struct.Struct("<dBHI")  # epoch seconds, stream, launch number, length of the bytes that follow
SEGMENT = 1 << 20
LIMIT = 10 << 20
SUFFIX = ".seg"
MOST_LAUNCHES = (1 << 16) - 1
"""The number that all further launches share in the log: the header has two bytes for it."""
ANYWHERE = 1 << 62
_marks = Marks()


class Record(NamedTuple):
    """time: epoch seconds; stream: OUT, ERR, MXX or CUT; launch: 0 is the runner itself; dropped: bytes cut here."""

    time: float
    stream: int
    launch: int
    offset: int
    data: bytes = b""
    dropped: int = 0
    continued: bool = False
    """Its beginning lies before the offset that was asked for."""

    @property
    def end(self) -> int:
        return self.offset + len(self.data) + self.dropped

    def since(self, offset: int) -> Record:
        """Its part from there on."""
        return self._replace(offset=offset, data=self.data[offset - self.offset :], continued=True)

    def until(self, offset: int) -> Record:
        """Its part before."""
        return self._replace(data=self.data[: offset - self.offset])


class Writer:
    """Appends records; keeps at most about `limit` bytes on disk. Folder and file are made at the first byte.

    A disk that is full costs output, not the run: bytes that could not be written count as dropped, and a new
    segment begins behind them as soon as there is room again.
    """

    def __init__(self, folder: str | os.PathLike[str], limit: int = LIMIT, segment: int = SEGMENT) -> None:
        self._folder, self._segment = os.fspath(folder), min(segment, max(limit // 4, 1))
        self._kept = max(1, limit // self._segment // 2)
        self._starts: list[int] = []
        self._file = -1
        self._size = 0
        self._cut = False
        """Whether the last bytes could not be written."""
        self.offset = 0
        self.lost = 0
        """Bytes that a full disk did not take."""

    def append(self, stream: int, launch: int, data: bytes | memoryview) -> None:
        for begin in range(0, len(data), self._segment):
            self._append(stream, min(launch, MOST_LAUNCHES), data[begin : begin + self._segment])

    def close(self) -> None:
        self._close_segment()
        if self._cut:
            self._tell_the_cut()

    def _tell_the_cut(self) -> None:
        """In the name of the last segment: a full disk takes a new name, but no new file."""
        if self._starts:
            last = self._segment_file(self._starts[-1])
            self._cut = False
            try:
                os.replace(last, f"{last.removesuffix(SUFFIX)}-{self.offset:015d}{SUFFIX}")
            except OSError:  # not even that; the run has an event that tells it
                return

    def _close_segment(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _append(self, stream: int, launch: int, data: bytes | memoryview) -> None:
        header = HEADER.pack(time.time(), stream, launch, len(data))
        try:
            if self._file < 0 or self._size >= self._segment:
                self._roll()
            self._write(header, data)
            self._cut = False
        except OSError:
            self._give_up_segment()
            self._cut = True
            self.lost += len(data)
        self.offset += len(data)

    def _write(self, header: bytes, data: bytes | memoryview) -> None:
        whole = len(header) + len(data)
        if write_both(self._file, header, data) < whole:
            raise OSError(ENOSPC, os.strerror(ENOSPC))
        self._size += whole

    def _give_up_segment(self) -> None:
        """Half a record may stand at its end, where readers stop; the name of the next segment tells the gap."""
        if self._file >= 0 and not self._size:
            self._remove(self._starts.pop())
        self._close_segment()

    def _roll(self) -> None:
        self._close_segment()
        if not self._starts and not os.path.isdir(self._folder):
            os.mkdir(self._folder)
        self._file = os.open(self._segment_file(self.offset), APPENDING, 0o600)
        self._size = 0
        self._starts.append(self.offset)
        if len(self._starts) > 2 * self._kept:
            self._remove(self._starts.pop(self._kept))

    def _remove(self, start: int) -> None:
        try:
            os.unlink(self._segment_file(start))
        except OSError:  # gone already; or it stays, and the log is a little longer than its limit
            return

    def _segment_file(self, start: int) -> str:
        return f"{self._folder}/{start:015d}{SUFFIX}"


def read(folder: Path, offset: int = 0, limit: int = 256 * 1024) -> list[Record]:
    """Records from `offset` on, about `limit` bytes; the first may be a CUT that says how much is gone.

    A record that begins before the offset is shortened, so the answer starts exactly there.
    """
    found: list[Record] = []
    size = 0
    for record in walk(folder, offset):
        found.append(record)
        size += len(record.data)
        if size >= limit:
            return _shortened(found, size - limit)
    return found


def walk(folder: Path, offset: int = 0) -> Iterator[Record]:
    """Every record from `offset` on, as far as the log got at this moment; one segment at a time in memory."""
    reached = offset
    segments = _segments(folder, offset)
    for start, path in segments:
        if start > reached:
            yield Record(0.0, CUT, 0, reached, dropped=start - reached)
            reached = start
        for record in _records(path, start, reached):
            if record.end > reached:
                yield record if record.offset >= reached else record.since(reached)
                reached = record.end
    if segments and (behind := _end_in_name(segments[-1][1])) > reached:
        yield Record(0.0, CUT, 0, reached, dropped=behind - reached)


def end(folder: Path) -> int:
    """Offset behind the last byte written so far; 0 when there is none. Reads what came since somebody last asked."""
    segments = _all(folder)
    if not segments:
        return 0
    start, path = segments[-1]
    return max(_from_record(path, start, ANYWHERE)[2], _end_in_name(path))


def _shortened(records: list[Record], surplus: int) -> list[Record]:
    if surplus:
        records[-1] = records[-1].until(records[-1].end - surplus)
    return records


def _all(folder: Path) -> list[tuple[int, Path]]:
    try:
        names = [entry.name for entry in os.scandir(folder) if entry.name.endswith(SUFFIX)]
    except FileNotFoundError:
        return []
    return [(int(name[:15]), folder / name) for name in sorted(names)]


def _end_in_name(path: Path) -> int:
    """Offset behind what a full disk did not take at the end of the log; 0 when that was nothing."""
    return int(path.stem.partition("-")[2] or 0)


def _segments(folder: Path, offset: int) -> list[tuple[int, Path]]:
    """The segment that holds the offset, and all behind it."""
    segments = _all(folder)
    first = max((index for index, (start, _) in enumerate(segments) if start <= offset), default=0)
    return segments[first:]


def _records(path: Path, start: int, since: int) -> Iterator[Record]:
    """Those that end behind `since`, and are whole: one that is being written at this moment is left for the next look."""
    content, position, offset = _from_record(path, start, since)
    while position + HEADER.size <= len(content):
        stamp, stream, launch, length = HEADER.unpack_from(content, position)
        position += HEADER.size
        if position + length > len(content):
            return
        yield Record(stamp, stream, launch, offset, content[position : position + length])
        position, offset = position + length, offset + length


def _from_record(path: Path, start: int, since: int) -> tuple[bytes, int, int]:
    """(what the file holds, where in it the first whole record begins that ends behind `since`, its offset)."""
    name = str(path)
    try:
        with open(name, "rb", buffering=0) as file:
            first = file.read(HEADER.size)
            offset, skipped = _marks.before(name, first, start, since)
            file.seek(skipped)
            content = file.readall()
    except FileNotFoundError:
        return b"", 0, start  # cut away between listing and reading; the next look tells
    position, kept = 0, 0
    for behind, reached in _borders(content, offset):
        if reached > since:
            break
        position, offset = behind, reached
        if position - kept >= APART:
            kept = position
            _marks.keep(name, first, (offset, skipped + position))
    if position > kept:
        _marks.keep(name, first, (offset, skipped + position))
    return content, position, offset


def _borders(content: bytes, offset: int) -> Iterator[tuple[int, int]]:
    """(position, offset) behind each whole record."""
    position = 0
    while position + HEADER.size <= len(content):
        length = HEADER.unpack_from(content, position)[3]
        position, offset = position + HEADER.size + length, offset + length
        if position > len(content):
            return
        yield position, offset
