"""`manage.py doctor`: what is well here, what is not, and how to mend it."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from jobs import services


class Command(BaseCommand):
    help = (
        "Look at permissions, disk, custody, plugins, job files, database, clock, jobs and secrets; nothing is "
        "changed. Exit code: 0 no problem (warnings do not count), 1 a problem."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="the findings as a JSON list")

    def handle(self, **options: Any) -> None:
        found = services.examine()
        if options["json"]:
            self.stdout.write(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=1))
        else:
            for one in found:
                mend = f" -> {one.mend}" if one.mend else ""
                self.stdout.write(f"{one.level:8}{one.topic}: {one.fact}{mend}")
        if any(one.level == "problem" for one in found):
            sys.exit(1)
