"""`manage.py resetfactor NAME`: for the owner of the machine, when a phone is lost and its recovery codes too."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand

from jobs import services
from jobs.management.telling import refuse
from plugins.exceptions import Problem


class Command(BaseCommand):
    help = "Take the second factor and the recovery codes of a user away, and end their sessions. Exit code: 0 done, 2 refused."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", metavar="NAME", help="of the user, as they log in")

    def handle(self, **options: Any) -> None:
        name = options["name"]
        user = User.objects.filter(username=name).first() if "\0" not in name else None
        if user is None:
            refuse(Problem("NAME", "unknown", f"there is no user {name!r}", "mira"))
        words = "is gone; their sessions have ended" if services.drop_factor(user) else "was not there"
        self.stdout.write(f"{user.get_username()}: the second factor {words}")
