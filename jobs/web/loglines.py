"""Bytes of output to lines, without state between two requests.

Each source (stream and launch) is cut into lines apart, because their records interleave. A line is known by the
offset behind its newline. A poll starts at the oldest line that was not finished and skips what was shown before.
"""

from __future__ import annotations

import codecs
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple, Self

from plugins.output.segments import CUT, Record

MOST_OPEN = 64 * 1024
"""Bytes of output after which an unfinished line is ended by us, so that a poll never reads far back."""
LONG = 32 * 1024
"""What is longer than that when we end it goes on unseen until its newline: no more of it would be shown. The rest of a shorter
one is a line of its own, lest nobody sees it."""
KEPT = 1024
"""Bytes of a long line that are looked at twice."""
MOST_LONG = 20
"""Sources that may be within a long line: a cursor names them."""
Source = tuple[int, int]
"""Stream and launch."""


class Line(NamedTuple):
    """time: epoch seconds of its first byte; end: offset behind it; dropped: bytes that were cut away here.

    is_long: there is more of it than its data. is_rest: a piece of that, which only a search looks at."""

    number: int
    time: float
    stream: int
    launch: int
    data: bytes
    end: int
    dropped: int = 0
    is_long: bool = False
    is_rest: bool = False

    @property
    def text(self) -> str:
        return codecs.getincrementaldecoder("utf-8")("replace").decode(self.data)


class Ended(NamedTuple):
    """A line that we ended, whose newline has not come. number: of a long one, which goes on unseen; 0: what comes is another."""

    stream: int
    launch: int
    end: int
    number: int = 0


@dataclass(frozen=True)
class Cursor:
    """Where a follower is. offset: read from here; seen: lines that end here or before were shown; line: how many."""

    offset: int = 0
    seen: int = 0
    line: int = 0
    ended: tuple[Ended, ...] = ()

    @property
    def ended_told(self) -> str:
        """As it stands in an address: `0.1.65537.3-1.1.70000.0`."""
        return "-".join(".".join(map(str, one)) for one in self.ended)

    def with_ended(self, told: str) -> Self:
        """What makes no sense is left out."""
        rows = [one.split(".") for one in told[:2000].split("-")]
        known = [row for row in rows if len(row) == 4 and all(_is_number(part) for part in row)]
        return replace(self, ended=tuple(Ended(*map(int, row)) for row in known))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 16


@dataclass
class _Open:
    """A line that has no newline yet."""

    time: float
    start: int
    data: bytes = b""


class Assembler:
    """Feed it records in order; it gives finished lines, numbered on from the cursor.

    Wherever a record is cut in two, the numbers are the same: two views that begin at different places agree."""

    def __init__(self, cursor: Cursor = Cursor()) -> None:
        self._open: dict[Source, _Open] = {}
        self._ends: dict[Source, bytes] = {}
        """Of what was shown of long lines."""
        self._ended = {(one.stream, one.launch): one for one in cursor.ended}
        self._seen = cursor.seen
        self._reached = cursor.offset
        self.count = cursor.line

    def feed(self, records: Iterable[Record], *, rests: bool = False) -> Iterator[Line]:
        """rests: with what of a long line is not shown, piece by piece."""
        for record in self._steps(records):
            self._reached = record.end
            if record.stream == CUT:
                yield from self._cut(record)
                continue
            own, number = self._own(record) if self._ended else (record, 0)
            if rests and number:
                yield self._rest(record, len(record.data) - len(own.data), number)
            yield from self._lines(own)
            if self._open:
                yield from self._end_open(older_than=self._reached - MOST_OPEN)

    def _rest(self, record: Record, length: int, number: int) -> Line:
        """With the end of the piece before it: what is looked for may begin there."""
        source = (record.stream, record.launch)
        data = self._ends.get(source, b"") + record.data[:length]
        self._ends[source] = data[-KEPT:]
        return Line(number, record.time, *source, data, record.end, is_rest=True)

    def skip(self, records: Iterable[Record]) -> list[Line]:
        """As feed, as fast as newlines are counted: lines are numbered, and nobody sees them but those of a cut."""
        cuts: list[Line] = []
        for record in self._steps(records):
            self._reached = record.end
            if record.stream == CUT:
                cuts += [line for line in self._cut(record) if line.dropped]
            else:
                self._count_lines(self._own(record)[0] if self._ended else record)
                if self._open:
                    deque(self._end_open(older_than=self._reached - MOST_OPEN), maxlen=0)
        return cuts

    def _steps(self, records: Iterable[Record]) -> Iterator[Record]:
        """Records, cut where an open line has to be ended: there, and not where a record happens to end."""
        for record in records:
            if self._open or len(record.data) > MOST_OPEN:  # else there is no border in it
                while record.stream != CUT and record.end > (border := self._border(record)):
                    yield record.until(border)
                    record = record.since(border)
            yield record

    def _border(self, record: Record) -> int:
        starts = [row.start + 1 for row in self._open.values()]
        return max(min(starts, default=record.offset) + MOST_OPEN, record.offset)

    def _own(self, record: Record) -> tuple[Record, int]:
        """(what of it is no rest of a line that we ended, the number of the long line that the rest belongs to)."""
        source = (record.stream, record.launch)
        if (ended := self._ended.get(source)) is None:
            return record, 0
        if record.offset < ended.end:  # was shown with it, and is read again for the sake of another source
            record = record.since(min(ended.end, record.end))
        behind = record.data.find(b"\n") + 1
        if behind:
            del self._ended[source]
        if not ended.number:
            return record, 0
        return record.since(record.offset + behind if behind else record.end), ended.number

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
        offset = min(starts, default=self._reached)
        ended = [one for one in self._ended.values() if one.number or one.end > offset]
        told = sorted(ended, key=lambda one: not one.number)[: 2 * MOST_LONG]
        return Cursor(offset, max(self._seen, self._reached), self.count, tuple(told))

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
        for source in sorted(late, key=lambda source: self._open[source].start):
            row = self._open.pop(source)
            is_long = len(row.data) > LONG
            for line in self._numbered(source, row.time, row.data[:MOST_OPEN], self._reached):
                yield line._replace(is_long=is_long)
            self._keep_ended(Ended(*source, self._reached, self.count if is_long else 0))
            if is_long:
                self._ends[source] = row.data[-KEPT:]

    def _keep_ended(self, new: Ended) -> None:
        self._ended.pop((new.stream, new.launch), None)
        self._ended[new.stream, new.launch] = new
        long = [source for source, one in self._ended.items() if one.number] if new.number else []
        if len(long) > MOST_LONG:
            del self._ended[long[0]]

    def _cut(self, record: Record) -> Iterator[Line]:
        yield from self._end_open(older_than=self._reached + 1)
        self._ended.clear()
        if record.end > self._seen:
            self.count += 1
            yield Line(self.count, record.time, CUT, 0, b"", record.end, record.dropped)

    def _numbered(self, source: Source, time: float, data: bytes, end: int) -> Iterator[Line]:
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
