"""What every start does before serving: folders, migrations, the owner's token, the job folder, the setup link."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from jobs import services


@dataclass(frozen=True)
class Start:
    """setup: one-time token of the first admin's link, or None when there is an admin."""

    loaded: services.Loaded
    setup: str | None


def prepare() -> Start:
    make_home()
    migrate()
    services.local_owner_token(Path(settings.MXX_HOME))
    return Start(services.load_folder(Path(settings.MXX_JOBS_DIR)), services.open_link())


def make_home() -> None:
    """MXX_HOME is its user's alone; a loose mode is mended."""
    home = Path(settings.MXX_HOME)
    for folder in (home, home / "runs"):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    home.chmod(0o700)


def migrate() -> None:
    """Bring the database up to date; a look costs 20 ms when there is nothing to do."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", verbosity=0, interactive=False)
