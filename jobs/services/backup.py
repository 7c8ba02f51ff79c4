"""A backup while MXX runs: the database as it is at one moment, and the job files. Keys only when they are asked for."""

from __future__ import annotations

import os
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from jobs.services.archive import DUMP, FOLDERS, KEYS, SQLITE, Writer
from jobs.services.databasefile import database_file
from jobs.services.pgtools import postgresql
from plugins.exceptions import MxxError


def back_up(file: Path, *, with_keys: bool = False) -> int:
    """Write a .tar of its owner alone; returns its bytes. Raises MxxError; a file that is there stays.

    Secrets stay sealed, and what they are sealed with is only in it with with_keys. secret.key and cli-token never are.
    """
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "wb") as out, tarfile.open(fileobj=out, mode="w") as archive:
            _add(Writer(archive), with_keys)
        os.link(draft, file)
        return file.stat().st_size
    except FileExistsError:
        raise MxxError(f"{file} is there already: name a new file") from None
    except (OSError, sqlite3.Error) as error:
        raise MxxError(f"{file} cannot be written: {error}") from error
    finally:
        draft.unlink(missing_ok=True)


def _add(writer: Writer, with_keys: bool) -> None:
    home = Path(settings.MXX_HOME)
    with tempfile.TemporaryDirectory(dir=home, prefix=".backup-") as folder:
        dump = _dump(Path(folder))
        writer.add(dump, dump.name)
    for name in FOLDERS:
        for path in _files(home / name):
            writer.add(path, path.relative_to(home).as_posix())
    if with_keys and (home / KEYS).exists():
        writer.add(home / KEYS, KEYS)
    writer.finish()


def _files(folder: Path) -> Iterator[Path]:
    found = sorted(folder.rglob("*")) if folder.is_dir() else []
    return (path for path in found if path.is_file() and "__pycache__" not in path.parts)


def _dump(folder: Path) -> Path:
    source = database_file()
    if source is None:
        postgresql("pg_dump", "--format=custom", f"--file={folder / DUMP}")
        return folder / DUMP
    copy = folder / SQLITE
    with sqlite3.connect(f"file:{source}?mode=ro", uri=True) as theirs, sqlite3.connect(copy) as ours:
        theirs.backup(ours)
    theirs.close()
    ours.close()
    return copy
