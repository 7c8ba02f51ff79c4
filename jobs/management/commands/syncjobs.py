"""`manage.py syncjobs DIR`: the jobs of a folder of job files, once or as long as it changes."""

from __future__ import annotations

import signal
import sys
import threading
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection

from jobs import services
from jobs.management.firststart import open_home
from jobs.management.telling import BAD_INPUT, refuse, tell, tell_refused
from plugins.exceptions import BadInput, Problem

LOOK = 0.5
"""Seconds between two looks at the folder."""
State = list[tuple[str, int, int, int]]


class Command(BaseCommand):
    help = (
        "Create and change jobs as the job files of a folder say. Exit code: 0 done, 2 a file (or DIR) was "
        "refused; the others are saved nevertheless."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "folder", type=Path, metavar="DIR", help="a folder of .toml, .yaml, .yml and .json"
        )
        parser.add_argument("--watch", action="store_true", help="go on until Ctrl-C: again on each change")
        parser.add_argument(
            "--prune", action="store_true", help="delete jobs that came from DIR and have no file any more"
        )
        parser.add_argument(
            "--adopt",
            action="store_true",
            help="a file also wins over a job of its name that was made elsewhere or detached",
        )
        parser.add_argument("--paused", action="store_true", help="new jobs arrive paused")
        parser.add_argument("--dry-run", action="store_true", help="only print what would change")

    def handle(self, **options: Any) -> None:
        folder: Path = options["folder"]
        if not folder.is_dir():
            refuse(Problem("DIR", "not_a_folder", f"{folder} is no folder", "syncjobs /srv/jobs"))
        open_home()
        wishes = services.Wishes(paused=options["paused"], prune=options["prune"], adopt=options["adopt"])
        if options["watch"] and not options["dry_run"]:
            watch(folder, wishes)
        elif not sync(folder, wishes, options["dry_run"]):
            sys.exit(BAD_INPUT)


def sync(folder: Path, wishes: services.Wishes, dry_run: bool = False) -> bool:
    """False when a file was refused."""
    try:
        loaded = services.load_folder(folder, wishes, dry_run=dry_run)
    except BadInput as error:
        refuse(error)
    tell(
        ("created", loaded.created),
        ("changed", loaded.changed),
        ("adopted", loaded.adopted),
        ("deleted, its file is gone", loaded.deleted),
        ("let go, its file is gone", loaded.let_go),
        dry_run=dry_run,
    )
    tell(("left alone, detached from its file", loaded.left))
    tell_refused(loaded.refused)
    sys.stdout.write(f"{len(loaded.unchanged)} unchanged\n")
    sys.stdout.flush()
    return not loaded.refused


def watch(folder: Path, wishes: services.Wishes) -> None:
    """A file that is half written is refused, and read again as soon as it is whole."""
    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    seen: State | None = None
    while not over.is_set():
        if (now := state(folder)) != seen:
            seen = now
            sync(folder, wishes)
            connection.close()
        over.wait(LOOK)


def state(folder: Path) -> State:
    found: State = []
    for path in services.job_files(folder):
        try:
            facts = path.stat()
        except OSError:  # removed since it was listed, or a link to nothing
            continue
        found.append((path.name, facts.st_mtime_ns, facts.st_size, facts.st_ino))
    return found
