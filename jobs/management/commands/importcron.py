"""`manage.py importcron FILE`: the lines of a crontab as jobs, paused."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from jobs import services
from jobs.management.firststart import open_home
from jobs.management.telling import BAD_INPUT, refuse, tell, tell_refused
from plugins import jobfile
from plugins.exceptions import BadInput, Problem


class Command(BaseCommand):
    help = (
        "Make a job of each line of a crontab: crontab -l | manage.py importcron -. They arrive paused: comment "
        "the lines out in the crontab, then resume them. Exit code: 0 done, 2 a line or FILE was refused."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="a crontab; - is standard input")
        parser.add_argument(
            "--system", action="store_true", help="as /etc/crontab: the sixth field is a user"
        )
        parser.add_argument("--enable", action="store_true", help="the jobs run at once")
        parser.add_argument("--dry-run", action="store_true", help="only print what would change")

    def handle(self, **options: Any) -> None:
        text = read(options["file"])
        open_home()
        dry_run = options["dry_run"]
        try:
            done = services.import_cron(
                text, system=options["system"], enable=options["enable"], dry_run=dry_run
            )
        except BadInput as error:
            refuse(error)
        heading = "created" if options["enable"] else "created, paused"
        tell((heading, [f"{name} ({when})" for name, when in done.created]), dry_run=dry_run)
        tell(("there already", done.kept))
        for name in done.ignored:
            sys.stderr.write(f"mxx: {name} is not used: a run's output stands in its log\n")
        tell_refused(done.refused)
        if done.refused:
            sys.exit(BAD_INPUT)


def read(file: str) -> str:
    """At most a little more than a crontab may have."""
    try:
        if file == "-":
            return sys.stdin.buffer.read(jobfile.MAX_BYTES + 1).decode()
        return jobfile.content(Path(file)).decode()
    except UnicodeDecodeError as error:
        refuse(Problem("FILE", "encoding", f"byte {error.start} is not UTF-8", "save it as UTF-8"))
    except BadInput as error:
        refuse(error)
