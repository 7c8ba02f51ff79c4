"""The archive of a backup: whatever `backup` did not write so is refused, and nothing lands beside its folder."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from jobs.services.archive import Writer, unpack
from plugins.exceptions import MxxError


def good(file: Path, *, more: tarfile.TarInfo | None = None, content: bytes = b"") -> Path:
    """One that is whole, with one thing more in it."""
    (database := file.with_name("db")).write_bytes(b"SQLite format 3")
    with tarfile.open(file, "w") as archive:
        writer = Writer(archive)
        writer.add(database, "db.sqlite3")
        if more:
            more.size = len(content)
            archive.addfile(more, io.BytesIO(content))
        writer.finish()
    return file


def named(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info


def folder(tmp_path: Path) -> Path:
    (made := tmp_path / "out").mkdir()
    return made


def test_what_backup_writes_is_read(tmp_path: Path) -> None:
    contents = unpack(good(tmp_path / "a.tar"), folder(tmp_path))
    assert (contents.folder / contents.database).read_bytes() == b"SQLite format 3"


@pytest.mark.parametrize(
    "more",
    [
        named("../x"),
        named("/tmp/x"),
        named("jobs/../../x"),
        named("jobs"),
        named("cli-token"),
        named("secret.key"),
        named("jobs/x", tarfile.SYMTYPE, "/etc/passwd"),
        named("jobs/x", tarfile.LNKTYPE, "db.sqlite3"),
        named("jobs/x", tarfile.CHRTYPE),
        named("jobs/x", tarfile.FIFOTYPE),
        named("jobs/x", tarfile.DIRTYPE),
        named("jobs/x"),
        named("db.sqlite3"),
        named("db.pgdump"),
    ],
    ids=lambda info: f"{info.name} {info.type!r}",
)
def test_what_backup_does_not_write_is_refused(tmp_path: Path, more: tarfile.TarInfo) -> None:
    with pytest.raises(MxxError, match=r"a\.tar"):
        unpack(good(tmp_path / "a.tar", more=more), folder(tmp_path))
    assert {path.name for path in tmp_path.iterdir()} == {"a.tar", "db", "out"}


@pytest.mark.parametrize("kind", ["nothing", "text", "zip", "gzip", "folder", "missing"])
def test_what_is_no_archive_is_refused(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "a.tar"
    if kind in ("nothing", "text"):
        file.write_text("" if kind == "nothing" else "hello\n" * 1000)
    elif kind == "zip":
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("db.sqlite3", "x")
    elif kind == "gzip":
        with tarfile.open(file, "w:gz") as packed:
            packed.addfile(named("db.sqlite3"), io.BytesIO())
    elif kind == "folder":
        file.mkdir()
    with pytest.raises(MxxError, match=r"a\.tar"):
        unpack(file, folder(tmp_path))


@pytest.mark.parametrize(
    "manifest", [b"", b"{", b"[]", b"{}", b'{"made_at": 1, "sha256": {}}', b"[" * 100_000]
)
def test_a_list_of_contents_that_is_none_is_refused(tmp_path: Path, manifest: bytes) -> None:
    file = tmp_path / "a.tar"
    with tarfile.open(file, "w") as archive:
        for name, content in (("db.sqlite3", b"x"), ("manifest.json", manifest)):
            info = named(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    with pytest.raises(MxxError, match="list of contents"):
        unpack(file, folder(tmp_path))
