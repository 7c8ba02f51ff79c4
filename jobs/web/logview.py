"""The log of a run as a reader sees it: numbered lines, long middles folded, a live end that is followed."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import takewhile
from typing import Any

from jobs import services
from jobs.models import Run
from jobs.services.watching import CHUNK
from jobs.web import ansi
from jobs.web.loglines import Assembler, Cursor, Line
from jobs.web.logrows import Row, row_of
from jobs.web.logscan import TROUBLE, Scan, looks_bad
from jobs.web.viewer import Viewer
from jobs.web.words import number
from plugins.output import segments
from plugins.output.segments import CUT, MXX

WHOLE = 200
HEAD, AROUND, TAIL = 12, 8, 40
"""A log of up to WHOLE lines is shown as it is; of a longer one so many at its head, around an error, at its end."""
MOST_AT_ONCE = 1000
MOST_NEW = 500
"""Lines that one poll brings."""
ALL, PART = 128 * 1024, 32 * 1024
"""Bytes of a log that becomes lines as a whole; and of the head and of the end of a longer one."""
AROUND_TROUBLE = 8 * 1024


@dataclass(frozen=True)
class Block:
    """Rows, or a fold that stands for lines first..last."""

    rows: list[Row] = field(default_factory=list)
    first: int = 0
    last: int = 0

    @property
    def folded(self) -> int:
        return self.last - self.first + 1 if self.first else 0

    @property
    def folded_told(self) -> str:
        return number(self.folded)


@dataclass(frozen=True)
class Log:
    """trouble: number of the first line that tells of an error, or 0. cursor: where following goes on."""

    blocks: list[Block]
    unfinished: list[Row]
    cursor: Cursor
    lines: int
    bytes: int
    trouble: int = 0
    launches: list[tuple[int, str]] = field(default_factory=list)

    @property
    def lines_told(self) -> str:
        return number(self.lines)


@dataclass(frozen=True)
class Tick:
    """What is new since the last look. complete: nothing more will come."""

    blocks: list[Block]
    unfinished: list[Row]
    cursor: Cursor
    complete: bool

    @property
    def lines_told(self) -> str:
        return number(self.cursor.line)


def whole(run: Run, viewer: Viewer) -> Log:
    """The log as far as it got. A run that is over shows its head, the first error and its end; a live one its end.

    In bounded time: of a long log only the head, the end and the error become lines, the rest is counted."""
    scan, kept = Scan(services.run_dir(run).log), _Kept()
    around = run.is_over and run.status != "succeeded"
    for line in scan.lines(scan.end if scan.end <= ALL else PART):
        kept.add(line, looks_bad=around and looks_bad(line))
    while around and not kept.trouble and scan.skip_to_trouble(scan.end - PART):
        for line in scan.lines(scan.reached + AROUND_TROUBLE):
            kept.add(line, looks_bad=looks_bad(line))
    scan.skip(scan.end - PART)
    for line in scan.lines(scan.end, final=run.is_over):
        kept.add(line, looks_bad=around and looks_bad(line))
    show = shower(run, viewer)
    blocks = _blocks(kept.lines(scan.cuts), scan.count, kept.trouble, show)
    cursor = scan.cursor()
    unfinished = [show(line) for line in scan.unfinished()]
    return Log(blocks, unfinished, cursor, scan.count, cursor.seen, kept.trouble, launches_of(run))


def between(run: Run, first: int, last: int, viewer: Viewer) -> list[Block]:
    """Lines first..last, at most MOST_AT_ONCE of them and a fold for the rest."""
    until = min(last, first + MOST_AT_ONCE - 1)
    scan = Scan(services.run_dir(run).log)
    scan.skip_lines(first - 1)
    lines = takewhile(lambda line: line.number <= until, scan.lines(scan.end, final=run.is_over))
    rows = [*map(shower(run, viewer), (line for line in lines if line.number >= first))]
    rest = [Block(first=until + 1, last=last)] if until < last and len(rows) == MOST_AT_ONCE else []
    return [Block(rows), *rest]


def follow(run: Run, cursor: Cursor, viewer: Viewer) -> Tick:
    """New lines since the cursor; of very many the last ones, and a fold for the others.

    The row was read before the log: what it says is there."""
    scan = Scan(services.run_dir(run).log, cursor)
    if scan.end - cursor.offset > CHUNK:
        scan.skip(scan.end - PART)
    lines = deque(scan.lines(scan.end, final=run.is_over), maxlen=MOST_NEW)
    show = shower(run, viewer)
    first = lines[0].number if lines else scan.count + 1
    fold = [Block(first=cursor.line + 1, last=first - 1)] if first > cursor.line + 1 else []
    unfinished = [show(line) for line in scan.unfinished()]
    return Tick([*fold, Block([*map(show, lines)])], unfinished, scan.cursor(), run.is_over)


def last_words(run: Run, *, of_trouble: bool = False) -> str:
    """The last line of output; with of_trouble the first of its last ones that tells of an error. "" when there is none."""
    end = segments.end(services.run_dir(run).log)
    assembler = Assembler()
    records = services.run_records(run, max(0, end - 8 * 1024), 16 * 1024)
    lines = [*assembler.feed(records), *assembler.finish()]
    said = [line for line in lines if line.stream not in (MXX, CUT) and line.data.strip()]
    if of_trouble:
        bad = [line for line in said if TROUBLE.search(line.data) and b"Traceback" not in line.data]
        return ansi.plain(bad[0].text)[:300] if bad else ""
    return ansi.plain(said[-1].text)[:300] if said else ""


def shower(run: Run, viewer: Viewer) -> Callable[[Line], Row]:
    labels = _labels(run)
    clock = cache(lambda time: viewer.second_tag(time) if time else "")
    return lambda line: row_of(line, clock(line.time), labels.get(line.launch, ""))


def launches_of(run: Run) -> list[tuple[int, str]]:
    """(number, label or program) of what it launched, for a choice."""
    return [
        (int(launch["number"]), str(launch.get("label") or launch.get("name") or _program(launch)))
        for launch in _launches(run)
        if launch.get("number") is not None
    ]


def _program(launch: dict[str, Any]) -> str:
    argv = launch.get("argv") or []
    return str(argv[0]).replace("\\", "/").rsplit("/", 1)[-1] if argv else str(launch["number"])


def _labels(run: Run) -> dict[int, str]:
    """Of launches that a plugin gave one, by their number."""
    return {launch["number"]: launch["label"] for launch in _launches(run) if launch.get("label")}


def _launches(run: Run) -> list[dict[str, Any]]:
    if run.is_over:
        return (run.receipt or {}).get("launches") or []
    return [event["data"] for event in services.live_events(run) if event["kind"] == "launch"]


class _Kept:
    """The few lines of a long log that are shown at first."""

    def __init__(self) -> None:
        self._head: list[Line] = []
        self._around: list[Line] = []
        self._tail: deque[Line] = deque(maxlen=TAIL)
        self.trouble = 0

    def add(self, line: Line, *, looks_bad: bool) -> None:
        if len(self._head) < WHOLE:
            self._head.append(line)
        if looks_bad and not self.trouble:
            self.trouble = line.number
            self._around = list(self._tail)[-AROUND:]
        if self.trouble and line.number <= self.trouble + AROUND:
            self._around.append(line)
        self._tail.append(line)

    def lines(self, cuts: list[Line]) -> list[Line]:
        is_long = self._tail and self._tail[-1].number > WHOLE
        head = self._head[:HEAD] if is_long else self._head
        found = {line.number: line for line in (*head, *cuts, *self._around, *self._tail)}
        return [found[number] for number in sorted(found)]


def _blocks(lines: list[Line], total: int, trouble: int, show: Callable[[Line], Row]) -> list[Block]:
    blocks: list[Block] = []
    expected = 1
    for line in lines:
        if line.number > expected:
            blocks.append(Block(first=expected, last=line.number - 1))
        if not blocks or blocks[-1].folded:
            blocks.append(Block(rows=[]))
        row = show(line)
        blocks[-1].rows.append(_found(row) if line.number == trouble else row)
        expected = line.number + 1
    return blocks


def _found(row: Row) -> Row:
    return replace(row, css=f"{row.css} found".strip())
