"""Lines of a log that are wanted: by words, by stream, by the program that wrote them. In bounded time a request."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from jobs import services
from jobs.models import Run
from jobs.web import ansi
from jobs.web.loglines import Cursor, Line
from jobs.web.logrows import Row
from jobs.web.logscan import Scan
from jobs.web.logview import shower
from jobs.web.viewer import Viewer
from plugins.output.segments import CUT, ERR, MXX, OUT

STREAMS = {"out": OUT, "err": ERR, "mxx": MXX}
LOOKED_AT, STEP = 16 * 1024 * 1024, 64 * 1024
"""Bytes that one request looks through, some 0.3 s of one core; and after how many it counts what it found."""
MOST = 500
MOST_WORDS = 200


@dataclass(frozen=True)
class Wanted:
    """stream: of STREAMS, "" for all. launch: its number, None for all; 0 is MXX itself and the plugins."""

    words: str = ""
    stream: str = ""
    launch: int | None = None

    @property
    def is_all(self) -> bool:
        return not self.words and not self.stream and self.launch is None


@dataclass(frozen=True)
class Found:
    """cursor: where a further search goes on; None when the log is through. through: lines looked at so far."""

    rows: list[Row]
    cursor: Cursor | None
    through: int


def find(run: Run, wanted: Wanted, cursor: Cursor, viewer: Viewer) -> Found:
    scan, show, fits = Scan(services.run_dir(run).log, cursor), shower(run, viewer), _test(wanted)
    rests = bool(wanted.words)
    border, rows, stuck = cursor.offset + LOOKED_AT, dict[int, Row](), False
    while not stuck and scan.reached < min(scan.end, border) and len(rows) < MOST:
        before = scan.reached
        lines = scan.lines(min(before + STEP, scan.end), rests=rests)
        _take(rows, (show(line) for line in lines if fits(line)))
        stuck = scan.reached == before  # the end of it was cut away meanwhile
    if scan.reached < scan.end and not stuck:
        return Found([*rows.values()], scan.cursor(), scan.count)
    lines = scan.lines(scan.end, final=run.is_over, rests=rests)
    _take(rows, (show(line) for line in lines if fits(line)))
    return Found([*rows.values()], None, scan.count)


def _take(rows: dict[int, Row], found: Iterable[Row]) -> None:
    """Of a long line the piece in which the words stand first."""
    for row in found:
        rows.setdefault(row.number, row)


def _test(wanted: Wanted) -> Callable[[Line], bool]:
    stream = STREAMS.get(wanted.stream)
    words = _words(wanted.words)

    def fits(line: Line) -> bool:
        if line.stream == CUT:
            return False
        if stream is not None and line.stream != stream:
            return False
        if wanted.launch is not None and line.launch != wanted.launch:
            return False
        return words is None or words(line)

    return fits


def _words(text: str) -> Callable[[Line], bool] | None:
    """Case does not count. Plain letters are looked for in the bytes, which is many times as fast."""
    if not text:
        return None
    if not text.isascii():
        folded = text.casefold()
        return lambda line: folded in ansi.plain(line.text).casefold()
    pattern = re.compile(re.escape(text.encode()), re.IGNORECASE)
    return lambda line: bool(
        pattern.search(line.data) or (b"\x1b" in line.data and pattern.search(ansi.plain(line.text).encode()))
    )
