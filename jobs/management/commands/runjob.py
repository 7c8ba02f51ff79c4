"""`manage.py runjob NAME | --file F`: one run in the foreground, its log live, its end as the exit code."""

from __future__ import annotations

import signal
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, NoReturn

from django.core.management.base import BaseCommand

from jobs import services
from jobs.execution.foreground import Foreground
from jobs.management.firststart import open_home
from jobs.management.terminal import Terminal
from jobs.models import Run, Source, Status
from jobs.services.folder import read_file
from plugins.exceptions import BadInput, MxxError, Problem

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
        open_home()
        show = Terminal(log_to_stderr=options["json"])
        foreground = Foreground(show, show.progress)
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
        draft = read_file(path)
        for warning in draft.warnings:
            sys.stderr.write(f"mxx: {warning}\n")
        return services.queue_file_run(name=path.stem, draft=draft, params=params, reserved_for=owner)
    job = services.find_job(options["name"])
    return services.trigger_job(job=job, source=Source.CLI, params=params, reserved_for=owner, as_texts=True)


def read_param(text: str) -> tuple[str, str]:
    """`NAME=VALUE`; what the value means is for the declared type to say."""
    name, sign, value = text.partition("=")
    if not sign or not name.strip():
        raise BadInput(Problem("--param", "usage", f"{text!r} is not NAME=VALUE", "--param stage=1-7"))
    return name.strip(), value


def refuse(problems: list[Problem]) -> NoReturn:
    for problem in problems:
        sys.stderr.write(f"mxx: error: {problem}\n")
    sys.exit(BAD_INPUT)
