"""Bytes of output to lines, without state between two requests.

Each source (stream and launch) is cut into lines apart, because their records interleave. A line is known by the
offset behind its newline. A poll starts at the oldest line that was not finished and skips what was shown before.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from plugins.output.segments import CUT, Record

MOST_OPEN = 64 * 1024
"""Bytes of output after which an unfinished line is ended by us, so that a poll never reads far back."""


class Line(NamedTuple):
    """time: epoch seconds of its first byte; end: offset behind it; dropped: bytes that were cut away here."""

    number: int
    time: float
    stream: int
    launch: int
    data: bytes
    end: int
    dropped: int = 0

    @property
    def text(self) -> str:
        return codecs.getincrementaldecoder("utf-8")("replace").decode(self.data)


@dataclass(frozen=True)
class Cursor:
    """Where a follower is. offset: read from here; seen: lines that end here or before were shown; line: how many."""

    offset: int = 0
    seen: int = 0
    line: int = 0


@dataclass
class _Open:
    """A line that has no newline yet."""

    time: float
    start: int
    data: bytes = b""


class Assembler:
    """Feed it records in order; it gives finished lines, numbered on from the cursor."""

    def __init__(self, cursor: Cursor = Cursor()) -> None:
        self._open: dict[tuple[int, int], _Open] = {}
        self._seen = cursor.seen
        self._reached = cursor.offset
        self.count = cursor.line

    def feed(self, records: Iterable[Record]) -> Iterator[Line]:
        for record in records:
            self._reached = record.end
            if record.stream == CUT:
                yield from self._cut(record)
            else:
                yield from self._lines(record)
                yield from self._end_open(older_than=self._reached - MOST_OPEN)

    def skip(self, records: Iterable[Record]) -> list[Line]:
        """As feed, as fast as newlines are counted: lines are numbered, and nobody sees them but those of a cut."""
        cuts: list[Line] = []
        for record in records:
            self._reached = record.end
            if record.stream == CUT:
                cuts += [line for line in self._cut(record) if line.dropped]
            else:
                self._count_lines(record)
                for _ in self._end_open(older_than=self._reached - MOST_OPEN):
                    continue
        return cuts

    def finish(self) -> Iterator[Line]:
        """The run is over: what has no newline is a line all the same, and was never shown as one."""
        self._seen = -1
        yield from self._end_open(older_than=self._reached + 1)

    def unfinished(self) -> list[Line]:
        """Lines as far as they got, numbered as they will be if they end in this order."""
        rows = sorted(self._open.items(), key=lambda item: item[1].start)
        return [
            Line(self.count + index, row.time, *source, row.data.rstrip(b"\r"), self._reached)
            for index, (source, row) in enumerate(rows, start=1)
        ]

    def cursor(self) -> Cursor:
        starts = [row.start for row in self._open.values()]
        return Cursor(min(starts, default=self._reached), max(self._seen, self._reached), self.count)

    def _lines(self, record: Record) -> Iterator[Line]:
        source = (record.stream, record.launch)
        position = record.offset
        *whole, rest = record.data.split(b"\n")
        for piece in whole:
            position += len(piece) + 1
            row = self._open.pop(source, None) or _Open(record.time, position)
            yield from self._numbered(source, row.time, row.data + piece, position)
        if rest:
            row = self._open.setdefault(source, _Open(record.time, position))
            row.data += rest
            _keep_last_state(row, record.end)

    def _count_lines(self, record: Record) -> None:
        source = (record.stream, record.launch)
        begins = record.data.rfind(b"\n") + 1
        if begins:
            self._open.pop(source, None)
            self.count += record.data.count(b"\n", max(0, self._seen - record.offset))
        if begins < len(record.data):
            row = self._open.setdefault(source, _Open(record.time, record.offset + begins))
            row.data += record.data[begins:]
            _keep_last_state(row, record.end)

    def _end_open(self, *, older_than: int) -> Iterator[Line]:
        late = [source for source, row in self._open.items() if row.start < older_than]
        for source in late:
            row = self._open.pop(source)
            yield from self._numbered(source, row.time, row.data, self._reached)

    def _cut(self, record: Record) -> Iterator[Line]:
        yield from self._end_open(older_than=self._reached + 1)
        if record.end > self._seen:
            self.count += 1
            yield Line(self.count, record.time, CUT, 0, b"", record.end, record.dropped)

    def _numbered(self, source: tuple[int, int], time: float, data: bytes, end: int) -> Iterator[Line]:
        if end > self._seen:
            self.count += 1
            yield Line(self.count, time, *source, last_state(data), end)


def last_state(data: bytes) -> bytes:
    """What a terminal shows at the end of a line that was overwritten by carriage returns."""
    return data.rstrip(b"\r").rpartition(b"\r")[2]


def _keep_last_state(row: _Open, reached: int) -> None:
    """Forget overwritten states of a progress bar: an hour of it must not be read again at every poll."""
    kept = row.data[row.data.rstrip(b"\r").rfind(b"\r") + 1 :]
    if len(kept) < len(row.data):
        row.data, row.start = kept, reached - len(kept)
