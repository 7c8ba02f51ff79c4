"""What a run writes while it runs: its log by offset, its events."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from jobs.models import Run
from plugins.custody.rundir import RunDir
from plugins.output import segments
from plugins.output.text import decode

CHUNK = 256 * 1024


@dataclass(frozen=True)
class LogChunk:
    text: str
    next_offset: int
    complete: bool


def run_dir(run: Run, attempt: int | None = None) -> RunDir:
    """Where keeper and supervisor meet on disk; it may not exist yet."""
    return RunDir.of(Path(settings.MXX_HOME), run.pk, attempt or run.attempt)


def run_records(run: Run, offset: int = 0, limit: int = CHUNK) -> list[segments.Record]:
    """Raw output from `offset` (bytes of output since the start), at most about `limit` bytes."""
    return segments.read(run_dir(run).log, offset, limit)


def run_log(run: Run, offset: int = 0, limit: int = CHUNK) -> LogChunk:
    """Decoded output; a character cut by the limit waits for the next chunk. complete: nothing more will come."""
    records = run_records(run, offset, limit)
    text, used = decode(records, final=run.is_over)
    end = segments.end(run_dir(run).log)
    reached = max(offset, used)
    return LogChunk(text, reached, run.is_over and reached >= end)


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
