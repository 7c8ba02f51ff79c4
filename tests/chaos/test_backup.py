"""`manage.py backup`: one command while MXX runs, for its owner alone, without a key."""

from __future__ import annotations

import sqlite3
import stat
import tarfile
from pathlib import Path

from tests.chaos.mxx import Mxx


def backup(home: Path, file: Path) -> tuple[int, str]:
    command = Mxx(home).command("backup", str(file))
    _, err = command.communicate(timeout=60)
    return command.returncode, err


def test_a_backup_holds_a_whole_database_and_no_key(home: Path, tmp_path: Path) -> None:
    (home / "secrets.key").write_text("canary")
    (home / "jobs").mkdir()
    (home / "jobs" / "a.toml").write_text('[os]\ncmd = "true"\n')
    file = tmp_path / "one.tar"
    assert backup(home, file) == (0, "")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with tarfile.open(file) as archive:
        archive.extractall(tmp_path / "out", filter="data")
    names = {path.name for path in (tmp_path / "out").rglob("*")}
    assert names == {"db.sqlite3", "jobs", "a.toml"} | (names & {"home-id", "plugins"})
    with sqlite3.connect(tmp_path / "out" / "db.sqlite3") as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert copy.execute("SELECT count(*) FROM jobs_job").fetchone() == (0,)
    copy.close()


def test_a_file_that_is_there_stays(home: Path, tmp_path: Path) -> None:
    (file := tmp_path / "one.tar").write_text("mine")
    code, err = backup(home, file)
    assert (code, "is there already" in err, file.read_text()) == (2, True, "mine")
