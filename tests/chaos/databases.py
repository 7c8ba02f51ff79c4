"""Where the servers that tests start keep their rows: SQLite in their home, or with MXX_TEST_ON=postgresql a database for each home."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from tests.chaos.tables import Postgresql, postgresql

_made: dict[Path, Postgresql] = {}


def on_postgresql() -> bool:
    return os.environ.get("MXX_TEST_ON") == "postgresql"


def database_of(home: Path) -> dict[str, str]:
    """What its processes find in their environment. Made when it is asked for first."""
    if not on_postgresql():
        return {}
    if home not in _made:
        _made[home] = postgresql()
    return {"DATABASE_URL": _made[home].url}


def copied(of: Path, home: Path) -> Path:
    """A new home with a copy of the other's database, which nobody may be using."""
    home.mkdir(mode=0o700)
    if on_postgresql():
        _made[home] = postgresql(_made[of])
    else:
        shutil.copy(of / "db.sqlite3", home)
    return home


def forget(home: Path) -> None:
    """Its next process finds none."""
    if home in _made:
        _made.pop(home).close()
    for file in home.glob("db.sqlite3*"):
        file.unlink()


def drop_all() -> None:
    while _made:
        _made.popitem()[1].close()
