"""What every start does before serving: folders, migrations, the owner's token, the job folder, the setup link."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from jobs import services
from jobs.execution.strangers import set_strangers_aside
from jobs.services.databasefile import database_file

LARGEST_CHECKED = 256 << 20
"""Bytes of an SQLite file that is looked through at each start: about 0.5 s."""


@dataclass(frozen=True)
class Start:
    """setup: one-time token of the first admin's link, or None when there is an admin."""

    loaded: services.Loaded
    setup: str | None
    paused: bool
    """True when this was the first start on a home of the prototype: its jobs were loaded paused."""


def open_home() -> bool:
    """Folders and database ready for use; True: the database was empty before. Raises CommandError in one line."""
    home = settings.MXX_HOME
    try:
        make_home()
        check_restored()
        check_database()
        first = migrate()
        set_strangers_aside()
    except OSError as error:
        raise CommandError(
            f"MXX_HOME={home} cannot be used: {error.strerror}: {error.filename}", returncode=2
        ) from error
    except OperationalError as error:
        raise CommandError(f"the database of {home} cannot be used: {error}", returncode=2) from error
    except DatabaseError as error:  # SQLite's "malformed" and "file is not a database"
        raise CommandError(damaged(str(error)), returncode=2) from error
    return first


def damaged(what: str) -> str:
    name = connection.settings_dict["NAME"]
    return (
        f"the database {name} is damaged ({what}). Nothing was changed. Put a backup of it in its place, with its -wal and "
        f"-shm files removed; without one, `sqlite3 {name} .recover` saves what can be read"
    )


def check_restored() -> None:
    """Raises CommandError in a home whose restore was cut off: what is there may be half of it."""
    if (Path(settings.MXX_HOME) / services.UNFINISHED).exists():
        raise CommandError(
            f"a restore into {settings.MXX_HOME} did not end: run `manage.py restore FILE --replace` again",
            returncode=2,
        )


def check_database() -> None:
    """A damaged SQLite file is refused before anything is built on it. Raises CommandError."""
    file = database_file()
    if file is None or not file.is_file() or file.stat().st_size > LARGEST_CHECKED:
        return
    with connection.cursor() as cursor:
        [(found,)] = cursor.execute("PRAGMA quick_check(1)").fetchall()
    if found != "ok":
        raise CommandError(damaged(found), returncode=2)


def prepare() -> Start:
    first = open_home()
    paused = first and is_a_prototypes_home()
    services.local_owner_token(Path(settings.MXX_HOME))
    loaded = services.load_folder(Path(settings.MXX_JOBS_DIR), services.Wishes(paused=paused))
    return Start(loaded, services.open_link(), paused)


def is_a_prototypes_home() -> bool:
    home = Path(settings.MXX_HOME)
    return any((home / name).exists() for name in ("server/registry.json", "apps/apps.json"))


def make_home() -> None:
    """MXX_HOME is its user's alone; a loose mode is mended."""
    home = Path(settings.MXX_HOME)
    for folder in (home, home / "runs"):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    home.chmod(0o700)


def migrate() -> bool:
    """Bring the database up to date; a look costs 20 ms when there is nothing to do. True: it was empty before."""
    executor = MigrationExecutor(connection)
    first = not executor.loader.applied_migrations
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False)
    return first
