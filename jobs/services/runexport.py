"""The history as a file: CSV for a spreadsheet, JSON for a program. Streamed by pages, so that a million runs take no memory."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from typing import Any

from jobs.models import Run
from jobs.services.history import Wanted, find_runs
from jobs.services.telling import describe_run

PAGE = 500
COLUMNS = (
    *("id", "job", "status", "source", "reason", "attempt", "scheduled_for", "queued_at", "started_at"),
    *("finished_at", "seconds", "exit_code", "pool", "host", "params"),
)
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 - full width, as a spreadsheet in Asia takes it
"""What a spreadsheet takes for the beginning of a formula: a job or a reason may begin with it, and must stay text."""


def export_csv(wanted: Wanted) -> Iterator[str]:
    """Lines; times in UTC. Raises BadInput at once, before the first line is asked for."""
    return _csv(_pages(wanted))


def export_json(wanted: Wanted) -> Iterator[str]:
    """One array of runs as the API shows them. Raises BadInput at once."""
    return _json(_pages(wanted))


def _pages(wanted: Wanted) -> Iterator[list[Run]]:
    rows = Run.objects.lean()
    first = find_runs(wanted, rows=rows, limit=PAGE)

    def rest() -> Iterator[list[Run]]:
        found = first
        yield found.runs
        while found.older is not None:
            found = find_runs(wanted, rows=rows, before=found.older, limit=PAGE)
            yield found.runs

    return rest()


class _Line:
    """What csv writes to: the line itself."""

    def write(self, line: str) -> str:
        return line


def _csv(pages: Iterable[list[Run]]) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield writer.writerow(COLUMNS)
    for runs in pages:
        yield "".join(writer.writerow(_cells(run)) for run in runs)


def _cells(run: Run) -> list[Any]:
    told = describe_run(run, with_receipt=False)
    over = run.started_at and run.finished_at
    told["seconds"] = round((run.finished_at - run.started_at).total_seconds(), 3) if over else None  # type: ignore[operator]
    told["params"] = json.dumps(run.params, ensure_ascii=False) if run.params else ""
    return [_harmless(told[name]) for name in COLUMNS]


def _harmless(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def _json(pages: Iterable[list[Run]]) -> Iterator[str]:
    parted = "["
    for runs in pages:
        if runs:
            shown = (json.dumps(describe_run(run, with_receipt=False), ensure_ascii=False) for run in runs)
            yield parted + "\n" + ",\n".join(shown)
            parted = ","
    yield "\n]\n" if parted == "," else "[]\n"
