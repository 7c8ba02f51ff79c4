"""`manage.py restore FILE`: a backup into an empty home, checked whole before anything is written. Starts paused."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from jobs import services
from jobs.management.firststart import make_home
from jobs.management.telling import refuse
from plugins.exceptions import MxxError


class Command(BaseCommand):
    help = (
        "Put a backup into an empty MXX_HOME (or an empty PostgreSQL database). Nothing starts until an admin resumes. "
        "Exit code: 0 done, 2 refused, with nothing changed."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="made by `backup`: /srv/mxx-monday.tar")
        parser.add_argument(
            "--replace", action="store_true", help="move what is in MXX_HOME aside, to before-restore-TIME/"
        )

    def handle(self, **options: Any) -> None:
        try:
            make_home()
            restored = services.restore(options["file"], replace=options["replace"])
        except MxxError as error:
            refuse(error)
        except OSError as error:
            refuse(MxxError(f"{settings.MXX_HOME} cannot be used: {error}"))
        for line in told(restored):
            self.stdout.write(line)


def told(restored: services.Restored) -> list[str]:
    lines = [f"restored: {restored.jobs} jobs, as they were {restored.made_at:%Y-%m-%d %H:%M} UTC"]
    if restored.aside:
        lines.append(f"moved aside: what was there, to {restored.aside}")
    if restored.held:
        lines.append(f"cancelled: {restored.held} runs that were queued then")
    if restored.lost:
        lines.append(f"lost: {restored.lost} runs that were active then")
    for name in restored.dead_secrets:
        lines.append(
            f"secret {name}: no key here opens it; put its secrets.key into MXX_HOME, or set it anew"
        )
    for name in restored.dead_phones:
        lines.append(
            f"second factor of {name}: no key here opens it; a recovery code works, or `manage.py resetfactor {name}`"
        )
    return [
        *lines,
        "paused: no schedule starts anything until an admin resumes, on a page or by `mxx-cli quiet --off`",
    ]
