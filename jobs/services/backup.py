"""A backup while MXX runs: the database as it is at one moment, and the job files. No key is in it."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import tarfile
import tempfile
from pathlib import Path

from django.conf import settings
from django.db import connection

from jobs.services.databasefile import database_file
from plugins.exceptions import MxxError

FOLDERS = ("jobs", "plugins", "home-id")


def back_up(file: Path) -> int:
    """Write a .tar of its owner alone; returns its bytes. Raises MxxError; a file that is there stays.

    Secrets stay sealed: secrets.key, secret.key and cli-token are not in it.
    """
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "wb") as out, tarfile.open(fileobj=out, mode="w") as archive:
            _add(archive)
        os.link(draft, file)
        return file.stat().st_size
    except FileExistsError:
        raise MxxError(f"{file} is there already: name a new file") from None
    except (OSError, sqlite3.Error) as error:
        raise MxxError(f"{file} cannot be written: {error}") from error
    finally:
        draft.unlink(missing_ok=True)


def _add(archive: tarfile.TarFile) -> None:
    home = Path(settings.MXX_HOME)
    with tempfile.TemporaryDirectory(dir=home, prefix=".backup-") as folder:
        dump = _dump(Path(folder))
        archive.add(dump, dump.name)
    for name in FOLDERS:
        if (home / name).exists():
            archive.add(home / name, name)


def _dump(folder: Path) -> Path:
    source = database_file()
    if source is not None:
        copy = folder / "db.sqlite3"
        with sqlite3.connect(f"file:{source}?mode=ro", uri=True) as theirs, sqlite3.connect(copy) as ours:
            theirs.backup(ours)
        theirs.close()
        ours.close()
        return copy
    return _dump_of_postgresql(folder / "db.pgdump")


def _dump_of_postgresql(copy: Path) -> Path:
    """The password goes by the environment: a command line is everybody's to read."""
    facts = connection.settings_dict
    names = {
        "PGHOST": "HOST",
        "PGPORT": "PORT",
        "PGUSER": "USER",
        "PGPASSWORD": "PASSWORD",
        "PGDATABASE": "NAME",
    }
    environment = {**os.environ, **{key: str(facts[name]) for key, name in names.items() if facts.get(name)}}
    try:
        done = subprocess.run(
            ["pg_dump", "--format=custom", f"--file={copy}"], env=environment, capture_output=True, text=True
        )
    except FileNotFoundError:
        raise MxxError("pg_dump is not installed here: install PostgreSQL's client programs") from None
    if done.returncode:
        raise MxxError(f"pg_dump failed: {done.stderr.strip()[:500]}")
    return copy
