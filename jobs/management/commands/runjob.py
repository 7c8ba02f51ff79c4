"""`manage.py runjob NAME | --file F`: one run in the foreground, its log live, its end as the exit code."""

from __future__ import annotations

import codecs
import json
import signal
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand

from jobs import services
from jobs.execution.foreground import Foreground
from jobs.management.firststart import make_home, migrate
from jobs.models import Run, Source, Status
from jobs.services.folder import read_file
from plugins.exceptions import BadInput, MxxError, Problem
from plugins.output.segments import CUT, ERR, MXX, Record

EXIT_CODES = {
    Status.SUCCEEDED: 0,
    Status.FAILED: 1,
    Status.LOST: 1,
    Status.SKIPPED: 3,
    Status.MISSED: 3,
    Status.TIMED_OUT: 124,
    Status.CANCELLED: 130,
}
BAD_INPUT = 2


class Command(BaseCommand):
    help = (
        "Run a job now, in the foreground. Exit code: 0 succeeded, 1 failed, 2 bad input or unknown job, "
        "3 skipped, 124 timed out, 130 cancelled."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="?", help="a saved job")
        parser.add_argument("--file", type=Path, help="a job file (TOML, YAML, JSON) that need not be saved")
        parser.add_argument(
            "--param",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help="a declared param; repeat for more",
        )
        parser.add_argument(
            "--json", action="store_true", help="print the run as JSON at the end; the log on stderr"
        )

    def handle(self, **options: Any) -> NoReturn:
        make_home()
        migrate()
        show = Terminal(log_to_stderr=options["json"])
        foreground = Foreground(show)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: foreground.cancel())
        try:
            run = queued(options, foreground.row.pk)
        except BadInput as error:
            refuse(error.problems)
        except MxxError as error:
            refuse([Problem("", "refused", str(error))])
        run = foreground.execute(run)
        show.finish(run, as_json=options["json"])
        sys.exit(EXIT_CODES[Status(run.status)])


def queued(options: dict[str, Any], owner: str) -> Run:
    """The queued row of what was asked for, reserved for this process. Raises BadInput, NotFound."""
    params = dict(read_param(text) for text in options["param"])
    if bool(options["name"]) == bool(options["file"]):
        raise BadInput(Problem("name", "usage", "give the name of a job, or --file", "runjob hello"))
    if options["file"]:
        path: Path = options["file"]
        return services.queue_file_run(
            name=path.stem, draft=read_file(path), params=params, reserved_for=owner
        )
    job = services.find_job(options["name"])
    return services.trigger_job(job=job, source=Source.CLI, params=params, reserved_for=owner)


def read_param(text: str) -> tuple[str, Any]:
    """`NAME=VALUE`; the value is read as JSON where it is JSON, else it is text."""
    name, sign, value = text.partition("=")
    if not sign or not name.strip():
        raise BadInput(Problem("--param", "usage", f"{text!r} is not NAME=VALUE", "--param stage=1-7"))
    try:
        return name.strip(), json.loads(value)
    except json.JSONDecodeError:
        return name.strip(), value


def refuse(problems: list[Problem]) -> NoReturn:
    for problem in problems:
        sys.stderr.write(f"mxx: error: {problem}\n")
    sys.exit(BAD_INPUT)


class Terminal:
    """Writes the log as it comes: output to stdout, errors and MXX's own lines to stderr."""

    def __init__(self, *, log_to_stderr: bool) -> None:
        self._stderr_only = log_to_stderr
        self._decoders: dict[tuple[int, int], codecs.IncrementalDecoder] = {}

    def __call__(self, records: list[Record]) -> None:
        for record in records:
            stream = sys.stderr if self._stderr_only or record.stream in (ERR, MXX, CUT) else sys.stdout
            stream.write(self._text(record))
            stream.flush()

    def finish(self, run: Run, *, as_json: bool) -> None:
        """The last word: status and reason, or the run as JSON."""
        if as_json:
            sys.stdout.write(json.dumps(services.describe_run(run), ensure_ascii=False) + "\n")
        else:
            reason = f": {run.reason}" if run.reason else ""
            sys.stderr.write(
                f"mxx: {run.job_name} {run.get_status_display().lower()}{reason} (run {run.pk})\n"
            )

    def _text(self, record: Record) -> str:
        if record.stream == CUT:
            return f"\n[... {record.dropped} bytes cut ...]\n"
        source = (record.stream, record.launch)
        decoder = self._decoders.setdefault(source, codecs.getincrementaldecoder("utf-8")("replace"))
        return ("mxx: " if record.stream == MXX else "") + decoder.decode(record.data)
