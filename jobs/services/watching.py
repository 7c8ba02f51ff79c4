"""What a run writes while it runs: its log by offset, its events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings

from jobs.exceptions import NotFound
from jobs.models import Run
from jobs.services.home import home_id, home_of
from plugins.custody.rundir import RunDir
from plugins.exceptions import BadInput, Problem
from plugins.output import segments
from plugins.output.text import viewed

CHUNK = 256 * 1024


@dataclass(frozen=True)
class LogChunk:
    """complete: nothing more of this attempt will come."""

    text: str
    next_offset: int
    complete: bool
    attempt: int


def run_dir(run: Run, attempt: int | None = None) -> RunDir:
    """Where keeper and supervisor meet on disk; it may not exist yet."""
    return RunDir.of(settings.MXX_HOME, run.pk, attempt or run.attempt)


def log_end(run_id: int, attempt: int) -> int:
    """Bytes of output so far. At little cost: no row, and of the log what came since somebody last asked."""
    return segments.end(RunDir.of(settings.MXX_HOME, run_id, attempt).log)


def run_records(run: Run, offset: int = 0, limit: int = CHUNK) -> list[segments.Record]:
    """Raw output from `offset` (bytes of output since the start), at most about `limit` bytes."""
    return segments.read(run_dir(run).log, offset, limit)


def run_log(
    run: Run, offset: int = 0, limit: int = CHUNK, *, attempt: int | None = None, colours: bool = False
) -> LogChunk:
    """Output as it is read: characters and lines that the limit cuts wait for the next chunk. Raises BadInput, and NotFound
    for a log that is not here.

    attempt: one of the run's, the current one by default; each has a log and offsets of its own."""
    which = _known_attempt(run, attempt)
    if told := log_elsewhere(run, which):
        raise NotFound(told)
    folder = run_dir(run, which).log
    over = run.is_over or which < run.attempt
    end = segments.end(folder)
    in_line, records = _from(segments.read(folder, max(offset - 1, 0), limit + bool(offset)), offset)
    last = over and (not records or records[-1].end >= end)
    text, used = viewed(records, final=last, colours=colours, in_line=in_line)
    reached = max(offset, used)
    return LogChunk(text, reached, over and reached >= end, which)


def log_elsewhere(run: Run, attempt: int | None = None) -> str:
    """Where the log lies when another MXX_HOME has it; "" when it is here. Those that were moved here with their runs are."""
    if home_of(run.owner) in ("", home_id()) or run_dir(run, attempt).path.exists():
        return ""
    return f"the log of run {run.pk} lies on {run.host or 'another host'}, in another MXX_HOME"


def log_state(run: Run, attempt: int) -> tuple[int, bool]:
    """(bytes of output so far, whether nothing more will come): what changes when a log is worth reading again."""
    return log_end(run.pk, attempt), run.is_over or attempt < run.attempt


def _known_attempt(run: Run, attempt: int | None) -> int:
    if attempt is None or 1 <= attempt <= run.attempt:
        return attempt or run.attempt
    message = f"run {run.pk} has had {run.attempt} so far"
    raise BadInput(Problem("attempt", "range", message, str(max(run.attempt, 1))))


def _from(records: list[segments.Record], offset: int) -> tuple[bool, list[segments.Record]]:
    """(is the byte before the offset within a line, the records from there on)."""
    if not records or records[0].offset >= offset:
        return False, records
    first, rest = records[0], records[1:]
    if first.stream == segments.CUT:
        return False, [first._replace(offset=offset, dropped=first.end - offset), *rest]
    in_line = first.data[:1] != b"\n"
    return in_line, ([first.since(offset)] if first.end > offset else []) + rest


def live_events(run: Run) -> list[dict[str, Any]]:
    """Events of the current attempt, from the keeper's file while it runs."""
    return run_dir(run).events()


@dataclass(frozen=True)
class Progress:
    """fraction: 0 to 1."""

    fraction: float
    text: str


def live_progress(run: Run) -> Progress | None:
    """How far a running run says that it is (`run.progress`); None when it says nothing, or is over."""
    told = {} if run.is_over else run_dir(run).read("progress")
    return Progress(float(told["fraction"]), str(told["text"])) if told else None
