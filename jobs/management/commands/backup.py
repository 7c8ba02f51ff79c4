"""`manage.py backup FILE`: database and job files in one archive, while MXX runs."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from jobs import services
from jobs.management.telling import refuse
from plugins.exceptions import MxxError
from plugins.sizes import in_words


class Command(BaseCommand):
    help = (
        "Write database, job files and plugins to a .tar that only you can read; MXX may run meanwhile. Secrets stay "
        "sealed: keep secrets.key apart from it. Exit code: 0 done, 2 refused."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="a new file: /srv/mxx-monday.tar")
        parser.add_argument(
            "--with-keys",
            action="store_true",
            help="with secrets.key: whoever has the file can open the secrets",
        )

    def handle(self, **options: Any) -> None:
        try:
            size = services.back_up(options["file"], with_keys=options["with_keys"])
        except MxxError as error:
            refuse(error)
        self.stdout.write(f"{options['file']}: {in_words(size)}")
