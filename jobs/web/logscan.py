"""One pass over a log: lines where they are wanted, mere counting between them, so that a flood costs no time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from jobs.web.loglines import Assembler, Cursor, Line
from plugins.output import segments
from plugins.output.segments import CUT, MXX, Record

TROUBLE = re.compile(
    rb"\[(?:ERR|ERROR|FATAL|CRITICAL)\]|\b(?:ERROR|FATAL|CRITICAL)\b|\b[Ee]rror:|^\S{0,100}(?:Error|Exception): "
    rb"|Traceback \(most recent call last\)|\bpanic:|Permission denied|No such file or directory|command not found",
    re.MULTILINE,
)
SIGNS = (
    *(b"ERR", b"FATAL", b"CRITICAL", b"rror:", b"Exception: ", b"Traceback", b"panic:"),
    *(b"Permission denied", b"No such file", b"command not found"),
)
"""One of them stands in all that TROUBLE finds. To look for a text is ten times as fast."""
BEFORE_TROUBLE = 2 * 1024
MARGIN = 100
"""Lines that a record may bring beside its newlines: those of other sources that are ended by us."""


def looks_bad(line: Line) -> bool:
    return line.stream != MXX and TROUBLE.search(line.data) is not None


class Scan:
    """From the cursor to `end`: as far as the log got when the scan began. Every step goes on where the last ended."""

    def __init__(self, folder: Path, cursor: Cursor | None = None) -> None:
        cursor = cursor or Cursor()
        self.end = segments.end(folder)
        self.reached = cursor.offset
        self._records = segments.walk(folder, cursor.offset)
        self._rest: Record | None = None
        self._assembler = Assembler(cursor)
        self.cuts: list[Line] = []
        """What was cut away in the parts that were skipped."""

    @property
    def count(self) -> int:
        return self._assembler.count

    def cursor(self) -> Cursor:
        return self._assembler.cursor()

    def unfinished(self) -> list[Line]:
        return self._assembler.unfinished()

    def lines(self, until: int, *, final: bool = False, rests: bool = False) -> Iterator[Line]:
        """That end before the offset `until`. final: what has no newline at the end is a line, too. rests: see Assembler.feed."""
        yield from self._assembler.feed(self._up_to(until), rests=rests)
        if final:
            yield from self._assembler.finish()

    def skip(self, until: int) -> None:
        self.cuts += self._assembler.skip(self._up_to(until))

    def skip_lines(self, count: int) -> None:
        """Most of so many lines: those that follow are nearer than a record."""
        for record in self._up_to(self.end):
            if self.count + record.data.count(b"\n") + MARGIN > count:
                self._put_back(record)
                return
            self.cuts += self._assembler.skip([record])

    def skip_to_trouble(self, until: int) -> bool:
        """To a little before the next words of an error; False when there are none before the offset `until`."""
        for record in self._up_to(until):
            found = _trouble_in(record)
            if found < 0:
                self.cuts += self._assembler.skip([record])
                continue
            border = max(record.offset, record.offset + found - BEFORE_TROUBLE)
            self._assembler.skip([record.until(border)])
            self._put_back(record.since(border))
            return True
        return False

    def _up_to(self, until: int) -> Iterator[Record]:
        while self.reached < until and (record := self._next()):
            if record.stream != CUT and record.end > until:
                record, self._rest = record.until(until), record.since(until)
            self.reached = record.end
            yield record

    def _next(self) -> Record | None:
        record, self._rest = self._rest or next(self._records, None), None
        return record

    def _put_back(self, record: Record) -> None:
        """What _up_to() kept of the same record is a part of it no more."""
        if self._rest is not None:
            record = record._replace(data=record.data + self._rest.data)
        self._rest, self.reached = record, record.offset


def _trouble_in(record: Record) -> int:
    """Where it begins in the record; -1 when there is none."""
    if record.stream == MXX or not any(sign in record.data for sign in SIGNS):
        return -1
    found = TROUBLE.search(record.data)
    return found.start() if found else -1
