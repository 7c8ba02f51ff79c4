"""`manage.py runscheduler`: the supervisor in the foreground, until Ctrl-C."""

from __future__ import annotations

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from jobs import services
from jobs.execution.supervisor import Supervisor
from jobs.management.firststart import open_home
from jobs.management.parent import when_parent_is_gone


class Command(BaseCommand):
    help = "Schedule and execute jobs until Ctrl-C; running jobs go on and are adopted by the next start."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--child", action="store_true", help="end when standard input ends (used by `up`)"
        )

    def handle(self, **options: Any) -> None:
        stopping = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stopping.set())
        if options["child"]:
            when_parent_is_gone(stopping.set)
            refuse_without_database()
        else:
            open_home()
        try:
            supervisor = Supervisor(give_up=stopping.set)
            supervisor.start()
        except OperationalError as error:
            raise CommandError(f"the database does not answer: {error}") from error
        stopping.wait()
        supervisor.stop()


def refuse_without_database() -> None:
    """The launcher made sure of it: if the file is gone now, SQLite would begin an empty one."""
    if services.database_is_missing():
        raise CommandError("the database file is gone: put it back, or start MXX again for an empty one")
