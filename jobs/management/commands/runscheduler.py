"""`manage.py runscheduler`: the supervisor in the foreground, until Ctrl-C."""

from __future__ import annotations

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

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
        else:
            open_home()
        supervisor = Supervisor()
        supervisor.start()
        stopping.wait()
        supervisor.stop()
