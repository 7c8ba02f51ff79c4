"""`manage.py pruneruns`: old runs go, by age, by count, by size."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from jobs import services
from jobs.management.firststart import open_home
from jobs.management.telling import refuse
from plugins.exceptions import BadInput, Problem
from plugins.jobtable import seconds
from plugins.sizes import GB, in_words, size_within

EXAMPLE = "pruneruns --older-than 90d --keep 1000 --max-size 5GB"


class Command(BaseCommand):
    help = (
        "Forget runs that are over, with their logs: those older than, more than, larger than what may stay. A "
        "run that still goes, or has left a living program, stays. Exit code: 0 done, 2 bad input."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--older-than", metavar="AGE", help="runs that ended longer ago: 90d, 12h")
        parser.add_argument("--keep", metavar="N", help="of each job all but the newest N")
        parser.add_argument("--max-size", metavar="SIZE", help="the oldest, until all folders fit: 5GB")
        parser.add_argument("--dry-run", action="store_true", help="only print what would go")

    def handle(self, **options: Any) -> None:
        try:
            limits = retention(options)
        except BadInput as error:
            refuse(error)
        open_home()
        done = services.prune_runs(limits, dry_run=options["dry_run"])
        verb = "would go" if options["dry_run"] else "are gone"
        self.stdout.write(f"{done.runs} runs {verb}, {in_words(done.bytes)}")
        if done.spared:
            self.stdout.write(f"{done.spared} stay: a program they left still lives")


def retention(options: dict[str, Any]) -> services.Retention:
    """Raises BadInput."""
    age, keep, size = options["older_than"], options["keep"], options["max_size"]
    if age is None and keep is None and size is None:
        raise BadInput(Problem("--older-than", "usage", "say what may stay, in one way at least", EXAMPLE))
    if keep is not None and not (keep.isascii() and keep.isdigit()):
        raise BadInput(
            Problem("--keep", "type", f"{keep[:40]!r} is not a whole number from 0", "--keep 1000")
        )
    return services.Retention(
        age=None if age is None else seconds(age, "--older-than"),
        count=None if keep is None else min(int(keep[:12]), 2**31),
        size=None if size is None else size_within(0, 2**20 * GB, "5GB")(size, "--max-size"),
    )
