"""`manage.py exportjobs DIR`: every job as a file, for git or another machine."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from jobs import services
from jobs.management.firststart import open_home
from jobs.management.telling import BAD_INPUT, refuse, tell, tell_refused
from plugins.exceptions import Problem


class Command(BaseCommand):
    help = (
        "Write every job to DIR/NAME.toml, with its comments; a second time nothing changes. What is paused and "
        "the values of secrets are not in the files. Exit code: 0 done, 2 a job or DIR was refused."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR", help="is made if it is missing")
        parser.add_argument("--prune", action="store_true", help="remove .toml files that are no job's")
        parser.add_argument("--dry-run", action="store_true", help="only print what would change")

    def handle(self, **options: Any) -> None:
        open_home()
        folder, dry_run = options["folder"], options["dry_run"]
        try:
            done = services.export_jobs(folder, prune=options["prune"], dry_run=dry_run)
        except OSError as error:
            why = f"{error.filename or folder} cannot be written: {error.strerror}"
            refuse(Problem("DIR", "unwritable", why, "exportjobs /srv/jobs"))
        tell(("created", done.created), ("changed", done.changed), ("removed", done.deleted), dry_run=dry_run)
        if done.paused:
            sys.stderr.write(
                f"mxx: paused here, which no file tells: {', '.join(done.paused)} (`syncjobs --paused` keeps new jobs quiet)\n"
            )
        tell_refused(done.refused)
        self.stdout.write(f"{len(done.unchanged)} unchanged")
        if done.refused:
            sys.exit(BAD_INPUT)
