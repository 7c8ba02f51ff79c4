"""The file of an SQLite database: whether it is still there, and still the same one."""

from __future__ import annotations

from pathlib import Path

from django.db import connection

Identity = tuple[int, int]
GONE = (0, 0)


def database_file() -> Path | None:
    """None for a database that is no file: on a server, or in memory."""
    name = str(connection.settings_dict["NAME"])
    return Path(name) if connection.vendor == "sqlite" and name.startswith("/") else None


def file_identity() -> Identity:
    """Device and inode; GONE when the file is not there, and for a database that is none."""
    file = database_file()
    try:
        found = file.stat() if file else None
    except FileNotFoundError:
        return GONE
    return (found.st_dev, found.st_ino) if found else GONE


def is_missing() -> bool:
    """True when SQLite would make a new, empty database in the place of one that was removed."""
    return database_file() is not None and file_identity() == GONE
