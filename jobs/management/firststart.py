"""What every start does before serving: folders, migrations, the owner's token, the job folder, the setup link."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from jobs import services
from jobs.execution.strangers import set_strangers_aside


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
        first = migrate()
        set_strangers_aside()
    except OSError as error:
        raise CommandError(
            f"MXX_HOME={home} cannot be used: {error.strerror}: {error.filename}", returncode=2
        ) from error
    except OperationalError as error:
        raise CommandError(f"the database of {home} cannot be used: {error}", returncode=2) from error
    return first


def prepare() -> Start:
    first = open_home()
    paused = first and is_a_prototypes_home()
    services.local_owner_token(Path(settings.MXX_HOME))
    loaded = services.load_folder(Path(settings.MXX_JOBS_DIR), paused=paused)
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
