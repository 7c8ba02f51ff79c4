"""`manage.py importmxx [HOME]`: what a home of the prototype holds, paused."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from jobs import services
from jobs.management.firststart import open_home
from jobs.management.telling import BAD_INPUT, refuse, tell, tell_refused
from plugins.exceptions import BadInput


class Command(BaseCommand):
    help = (
        "Take jobs, registered applications and exports from a home of the MXX prototype. Nothing is changed "
        "there; jobs arrive paused. Exit code: 0 done, 2 something was refused; the rest is taken nevertheless."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "home", nargs="?", type=Path, default=Path.home() / ".mxx", metavar="HOME", help="default: ~/.mxx"
        )
        parser.add_argument("--dry-run", action="store_true", help="only print what would change")

    def handle(self, **options: Any) -> None:
        open_home()
        try:
            done = services.import_home(options["home"].expanduser(), dry_run=options["dry_run"])
        except BadInput as error:
            refuse(error)
        tell(
            ("taken, paused", done.jobs),
            ("given `shell = true`", done.mended),
            ("application taken", done.applications),
            ("export copied", done.exports),
            dry_run=options["dry_run"],
        )
        tell(("here already", done.kept))
        tell_refused(done.refused)
        if done.refused:
            sys.exit(BAD_INPUT)
