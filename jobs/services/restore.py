"""A backup put back into an empty home. It starts paused: the MXX that it came from may still be running.

Everything is checked, and the database made ready, beside the home; moving it in is the last step. A power cut in that step leaves
UNFINISHED, with which nothing starts.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from jobs.models import Job, Lease, Quiet, Run, Schedule, Status, Supervisor
from jobs.models.quiet import OPEN_END
from jobs.services.archive import FOLDERS, KEYS, SQLITE, Contents, unpack
from jobs.services.audit import record
from jobs.services.databasefile import database_file
from jobs.services.pgtools import postgresql
from jobs.services.secretstore import dead_phones, dead_secrets
from jobs.services.vault import Vault, keep_keys, read_keys
from jobs.timing import clock
from plugins.exceptions import MxxError

UNFINISHED = "restore-unfinished"
KEPT_APART = ("db.sqlite3", "db.sqlite3-wal", "db.sqlite3-shm", *FOLDERS, "runs")
"""What a home in use holds: moved aside by `replace`."""
IN_ONE_GO = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges")
"""For pg_restore: all or nothing."""


@dataclass(frozen=True)
class Restored:
    """dead: secrets, and users whose phone, no key here opens. aside: where what was there before went."""

    made_at: datetime
    jobs: int
    held: int
    lost: int
    dead_secrets: list[str]
    dead_phones: list[str]
    aside: Path | None


def restore(file: Path, *, replace: bool = False) -> Restored:
    """Raises MxxError with nothing changed. replace: what is in the home is moved aside, never deleted."""
    home = Path(settings.MXX_HOME)
    _refuse_in_use()
    there = _there(home)
    if there and not replace:
        raise MxxError(f"{home} is not empty: {there[0].name} is there. Name another MXX_HOME, or --replace")
    with tempfile.TemporaryDirectory(dir=home, prefix=".restore-") as folder:
        contents = unpack(file, Path(folder))
        _refuse_other_database(contents)
        if contents.database == SQLITE:
            with _database_at(contents.folder / SQLITE):
                restored = _made_ready(contents)
            with _unfinished(home):
                aside = _move_aside(home, there)
                _move_in(contents.folder, home)
        else:
            with _unfinished(home):
                postgresql("pg_restore", *IN_ONE_GO, _name(), str(contents.folder / contents.database))
                restored = _made_ready(contents)
                aside = _move_aside(home, there)
                _move_in(contents.folder, home)
    return restored if aside is None else Restored(**{**vars(restored), "aside": aside})


def _refuse_in_use() -> None:
    file = database_file()
    if file is not None and not file.exists():
        return
    try:
        serving = Supervisor.objects.alive(clock.now()).first()
    except DatabaseError:
        return  # no table yet, or no database at all: nobody serves it
    finally:
        connection.close()  # the files beside SQLite's go with it
    if serving:
        raise MxxError(f"MXX is running here ({serving}): stop it first")


def _there(home: Path) -> list[Path]:
    """What `replace` would move aside; empty folders do not count."""
    found = [home / name for name in (*KEPT_APART, UNFINISHED) if (home / name).exists()]
    return [path for path in found if path.is_file() or any(path.iterdir())]


def _refuse_other_database(contents: Contents) -> None:
    """Raises MxxError when archive and DATABASE_URL do not fit, or PostgreSQL's database is not empty."""
    if database_file() is not None:
        if contents.database != SQLITE:
            raise MxxError("this backup is PostgreSQL's: name an empty database by DATABASE_URL")
        _check_sqlite(contents.folder / SQLITE)
        return
    if contents.database == SQLITE:
        raise MxxError("this backup is SQLite's: unset DATABASE_URL, it is restored into MXX_HOME")
    if connection.introspection.table_names():
        name = connection.settings_dict["NAME"]
        raise MxxError(
            f"the database {name} is not empty: make a new one (createdb) and name it by DATABASE_URL"
        )
    connection.close()
    postgresql("pg_restore", "--list", str(contents.folder / contents.database))


def _name() -> str:
    """pg_restore takes no database from the environment."""
    return f"--dbname={connection.settings_dict['NAME']}"


def _check_sqlite(file: Path) -> None:
    try:
        database = sqlite3.connect(file)
        try:
            [(found,)] = database.execute("PRAGMA integrity_check(1)").fetchall()
        finally:
            database.close()
    except sqlite3.Error as error:
        found = str(error)
    if found != "ok":
        raise MxxError(f"the database in the backup is damaged: {found}")


@contextmanager
def _database_at(file: Path) -> Iterator[None]:
    """Django's connection to another SQLite file, whole on disk at the end."""
    facts = connection.settings_dict
    before = facts["NAME"]
    connection.close()
    facts["NAME"] = str(file)
    try:
        yield
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
        facts["NAME"] = before


def _made_ready(contents: Contents) -> Restored:
    _migrate()
    held, lost = _fall_asleep(contents.made_at)
    keys = Vault(_keys(contents.folder))
    jobs = Job.objects.filter(deleted_at__isnull=True).count()
    return Restored(contents.made_at, jobs, held, lost, dead_secrets(keys), dead_phones(keys), None)


def _migrate() -> None:
    """Raises MxxError for a database of a newer MXX."""
    loader = MigrationExecutor(connection).loader
    newer = sorted(
        name for name in {*loader.applied_migrations} - {*loader.disk_migrations} if name[0] == "jobs"
    )
    if not any(app == "jobs" for app, _ in loader.applied_migrations):
        raise MxxError("the database in the backup is not MXX's")
    if newer:
        raise MxxError(
            f"the backup is of a newer MXX ({newer[0][1]} is not known here): restore it with that one"
        )
    call_command("migrate", verbosity=0, interactive=False)


@transaction.atomic
def _fall_asleep(made_at: datetime) -> tuple[int, int]:
    """No schedule starts, nothing is caught up, nothing queued begins. How many were queued, how many active."""
    now, told = clock.now(), f"{made_at:%Y-%m-%d %H:%M} UTC"
    held = Run.objects.queued().update(
        status=Status.CANCELLED,
        finished_at=now,
        not_before=None,
        reason=f"was queued in the backup of {told}; a restore starts nothing: retry it if it is still wanted",
    )
    lost = Run.objects.active().update(
        status=Status.LOST,
        finished_at=now,
        reason=f"was active when the backup of {told} was made: only the MXX that ran it knows its end",
    )
    Supervisor.objects.all().delete()
    Lease.objects.update(holder="", expires_at=None)
    Session.objects.all().delete()
    first = (
        Schedule.objects.waiting().order_by("next_run_time").values_list("next_run_time", flat=True).first()
    )
    since = min(first, made_at) if first else made_at
    Quiet.objects.create(since=since, until=OPEN_END, why=f"restored from the backup of {told}")
    record("restored", "", made_at=made_at.isoformat(), cancelled=held, lost=lost)
    return held, lost


def _keys(folder: Path) -> list[bytes]:
    """Of the archive first, then those that lie in the home. Raises MxxError for a file that holds none."""
    files = [folder / KEYS, Path(settings.MXX_HOME) / KEYS]
    return list(dict.fromkeys(key for path in files if path.exists() for key in read_keys(path)))


@contextmanager
def _unfinished(home: Path) -> Iterator[None]:
    """Stays when what is within does not end."""
    marker = home / UNFINISHED
    marker.touch(mode=0o600)
    _sync()
    yield
    _sync()
    marker.unlink()


def _move_aside(home: Path, there: list[Path]) -> Path | None:
    there = [path for path in there if path.name != UNFINISHED]
    if not there:
        return None
    aside = home / f"before-restore-{clock.now():%Y%m%d-%H%M%S}"
    aside.mkdir(mode=0o700)
    for path in there:
        path.rename(aside / path.name)
    return aside


def _move_in(folder: Path, home: Path) -> None:
    if keys := _keys(folder):
        keep_keys(keys)
    for name in FOLDERS:
        if (folder / name).exists():
            if (home / name).exists():
                (home / name).rmdir()  # empty: it would have been moved aside
            shutil.move(folder / name, home / name)
    if (folder / SQLITE).exists():
        os.replace(folder / SQLITE, home / SQLITE)


def _sync() -> None:
    """Windows has no such call; there a power cut may lose the last seconds."""
    if hasattr(os, "sync"):
        os.sync()
