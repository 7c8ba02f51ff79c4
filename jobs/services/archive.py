"""The archive of a backup: written with a digest of each file, and read whole before anything of it is believed."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import IO

from jobs.timing import clock
from plugins.exceptions import MxxError

SQLITE, DUMP, KEYS, MANIFEST = "db.sqlite3", "db.pgdump", "secrets.key", "manifest.json"
FOLDERS = ("jobs", "plugins")
MOST_FILES = 100_000
LARGEST_MANIFEST = 64 << 20
PIECE = 1 << 20


class _Strange(Exception):
    """Something in the archive that is not ours."""


class Writer:
    """finish() adds the list of contents, without which no archive is whole."""

    def __init__(self, archive: tarfile.TarFile) -> None:
        self._archive = archive
        self._digests: dict[str, str] = {}

    def add(self, path: Path, name: str) -> None:
        with path.open("rb") as file:
            info = self._archive.gettarinfo(arcname=name, fileobj=file)
            reader = _Hashing(file)
            self._archive.addfile(info, reader)
        self._digests[name] = reader.digest.hexdigest()

    def finish(self) -> None:
        told = {"made_at": clock.now().isoformat(), "sha256": self._digests}
        content = json.dumps(told).encode()
        info = tarfile.TarInfo(MANIFEST)
        info.size, info.mode = len(content), 0o600
        self._archive.addfile(info, io.BytesIO(content))


class _Hashing:
    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        self.digest.update(piece)
        return piece


@dataclass(frozen=True)
class Contents:
    """folder: where it was unpacked. database: SQLITE or DUMP."""

    folder: Path
    made_at: datetime
    database: str


def unpack(file: Path, folder: Path) -> Contents:
    """Into an empty folder, every file compared with its digest. Raises MxxError for whatever `backup` did not write so."""
    try:
        with tarfile.open(file, "r:") as archive:
            digests = dict(_unpacked(archive, member, folder) for member in islice(archive, MOST_FILES + 1))
        if len(digests) > MOST_FILES:
            raise MxxError(f"{file} holds more than {MOST_FILES} files: it is not restored")
        return _believed(file, folder, digests)
    except tarfile.TarError as error:
        raise MxxError(f"{file} is no backup, or not a whole one: {error}") from error
    except _Strange as error:
        raise MxxError(f"{file} is not restored: {error}") from None
    except OSError as error:
        raise MxxError(
            f"{file} cannot be read: {error.strerror or error}"
        ) from error  # "File exists": a name stands in it twice


def _unpacked(archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> tuple[str, str]:
    """Its name and its digest."""
    if not _is_ours(member):
        raise _Strange(f"it holds {member.name[:200]!r}, which no backup does")
    source = archive.extractfile(member)
    assert source is not None
    target = folder / member.name
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with source, target.open("xb") as out:
        while piece := source.read(PIECE):
            digest.update(piece)
            out.write(piece)
    return member.name, digest.hexdigest()


def _is_ours(member: tarfile.TarInfo) -> bool:
    """A plain file, under the names that `backup` gives, and nowhere else."""
    parts = PurePosixPath(member.name).parts
    plain = member.type in (tarfile.REGTYPE, tarfile.AREGTYPE) and not member.issparse()
    clean = not member.name.startswith("/") and ".." not in parts and "\0" not in member.name
    known = member.name in (SQLITE, DUMP, KEYS, MANIFEST) or (len(parts) > 1 and parts[0] in FOLDERS)
    return plain and clean and known


def _believed(file: Path, folder: Path, digests: dict[str, str]) -> Contents:
    digests.pop(MANIFEST, None)
    try:
        with (folder / MANIFEST).open("rb") as manifest:
            told = json.loads(manifest.read(LARGEST_MANIFEST))
        expected, made_at = dict(told["sha256"]), datetime.fromisoformat(told["made_at"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise MxxError(f"{file} is not whole: its list of contents is missing or damaged") from None
    if digests != expected:
        wrong = sorted({*digests.items()} ^ {*expected.items()})[0][0]
        raise MxxError(f"{file} is damaged: {wrong} is not what was backed up")
    databases = [name for name in (SQLITE, DUMP) if name in digests]
    if len(databases) != 1 or made_at.tzinfo is None:
        raise MxxError(f"{file} is no backup of MXX: it holds no database")
    return Contents(folder, made_at, databases[0])
