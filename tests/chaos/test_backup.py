"""`backup` and `restore`: one command while MXX runs, without a key; put back whole or not at all, and paused."""

from __future__ import annotations

import shutil
import sqlite3
import stat
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from tests.chaos.mxx import Mxx, until
from tests.chaos.tables import Postgresql, tables_on

pytestmark = pytest.mark.usefixtures("on_sqlite")

SECRET = '[os]\ncmd = "true"\nenv = { KEY = "${secret.canary}" }\n'
DUE = '[os]\ncmd = "true"\n[schedule]\ntrigger = "interval"\nseconds = 1\n'
STARTUP = '[os]\ncmd = "true"\n[schedule]\ntrigger = "startup"\n'
LONG = '[job]\nmax_parallel = 1\n[os]\ncmd = "sleep 60"\n'


def ran(mxx: Mxx, *words: str, **environment: str) -> tuple[int, str, str]:
    command = mxx.command(*words, **environment)
    out, err = command.communicate(timeout=60)
    assert "Traceback" not in err, err
    return command.returncode, out, err


def backup(home: Path, file: Path, *words: str) -> tuple[int, str]:
    code, _, err = ran(Mxx(home), "backup", str(file), *words)
    return code, err


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory, served: Mxx) -> Path:
    """A backup of a serving MXX with a due schedule, an active and a queued run, a secret and a phone."""
    file = tmp_path_factory.mktemp("saved") / "one.tar"
    assert served.ask("PUT", "secrets/canary/", {"value": "kanarienvogel"})[0] == 200
    (served.home / "jobs").mkdir()
    (served.home / "jobs" / "tidy.toml").write_text('# mine\n[os]\ncmd = "true"\n')
    for name, text in (("uses", SECRET), ("due", DUE), ("boot", STARTUP), ("long", LONG)):
        served.save(name, text)
    active, queued = served.trigger("long"), served.trigger("long")
    until(lambda: served.run(active)["status"] == "running", what="one runs")
    assert served.run(queued)["status"] == "queued"
    assert backup(served.home, file) == (0, "")
    assert backup(served.home, file.with_name("keys.tar"), "--with-keys") == (0, "")
    for run_id in (queued, active):
        served.ask("POST", f"runs/{run_id}/cancel/", {})
    served.ask("POST", "jobs/due/pause/", {})
    return file


def test_a_backup_holds_a_whole_database_and_no_key(saved: Path, tmp_path: Path) -> None:
    assert stat.S_IMODE(saved.stat().st_mode) == 0o600
    with tarfile.open(saved) as archive:
        assert set(archive.getnames()) == {"db.sqlite3", "jobs/tidy.toml", "manifest.json"}
        archive.extractall(tmp_path, filter="data")
    with sqlite3.connect(tmp_path / "db.sqlite3") as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert copy.execute("SELECT count(*) FROM jobs_job").fetchone() == (4,)
    copy.close()


def test_a_file_that_is_there_stays(home: Path, tmp_path: Path) -> None:
    (file := tmp_path / "one.tar").write_text("mine")
    code, err = backup(home, file)
    assert (code, "is there already" in err, file.read_text()) == (2, True, "mine")


@pytest.fixture
def restored(tmp_path: Path, saved: Path) -> Iterator[Mxx]:
    mxx = Mxx(tmp_path / "home")
    code, out, err = ran(mxx, "restore", str(saved))
    assert (code, err) == (0, "")
    assert "secret canary: no key here opens it" in out and "paused: no schedule starts" in out
    yield mxx.up()
    mxx.stop()


def test_a_restored_home_starts_nothing_until_an_admin_resumes(restored: Mxx) -> None:
    runs = restored.runs()
    told = {(run["job"], run["status"]): run["reason"] for run in runs if run["job"] == "long"}
    assert "a restore starts nothing" in told["long", "cancelled"]
    assert "only the MXX that ran it knows" in told["long", "lost"]
    quiet = restored.ask("GET", "quiet/")[1]
    assert quiet["why"].startswith("restored from the backup of")
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    assert restored.ask("POST", "quiet/", {"until": soon})[0] == 409
    by_hand = restored.trigger("boot")
    assert restored.ended(by_hand)["status"] == "succeeded"
    assert {run["id"] for run in restored.runs()} == {by_hand, *(run["id"] for run in runs)}
    assert restored.ask("GET", "jobs/tidy/")[1]["toml"].startswith("# mine")

    editor = restored.ask("POST", "tokens/", {"name": "x", "scope": "edit", "days": 1})[1]["token"]
    assert restored.ask("DELETE", "quiet/", headers={"Authorization": f"Bearer {editor}"})[0] == 403
    assert restored.ask("DELETE", "quiet/")[0] == 204
    until(
        lambda: [run for run in restored.runs("job=due") if run["status"] == "succeeded"], what="it goes on"
    )
    since = [run for run in restored.runs("job=due") if run["id"] > by_hand]
    assert [run["status"] for run in since].count("skipped") == 1
    assert not any("late" in run["reason"] for run in since)
    assert not [
        run for run in restored.runs("job=boot") if run["status"] == "succeeded" and run["id"] > by_hand
    ]
    assert restored.errors() == []


def test_with_its_keys_or_beside_them_secrets_open(saved: Path, served: Mxx, tmp_path: Path) -> None:
    with_keys, beside = Mxx(tmp_path / "a"), Mxx(tmp_path / "b")
    beside.home.mkdir(mode=0o700)
    shutil.copy(served.home / "secrets.key", beside.home)
    for mxx, file in ((with_keys, saved.with_name("keys.tar")), (beside, saved)):
        code, out, _ = ran(mxx, "restore", str(file))
        assert (code, "secret canary" in out) == (0, False)
        assert stat.S_IMODE((mxx.home / "secrets.key").stat().st_mode) == 0o600
        assert ran(mxx, "runjob", "uses")[0] == 0


def test_a_home_in_use_is_refused_also_when_told(saved: Path, served: Mxx) -> None:
    code, _, err = ran(served, "restore", str(saved), "--replace")
    assert (code, "MXX is running here" in err) == (2, True)
    assert served.healthy()


def test_a_home_that_is_not_empty_is_kept_unless_told_and_then_moved_aside(saved: Path, home: Path) -> None:
    (home / "plugins").mkdir()
    (home / "plugins" / "mine.py").write_text("# mine")
    before = (home / "db.sqlite3").read_bytes()
    code, _, err = ran(Mxx(home), "restore", str(saved))
    assert (code, "is not empty" in err, (home / "db.sqlite3").read_bytes() == before) == (2, True, True)
    assert ran(Mxx(home), "restore", str(saved), "--replace")[0] == 0
    [aside] = home.glob("before-restore-*")
    assert (aside / "plugins" / "mine.py").exists() and (aside / "db.sqlite3").exists()


def test_a_restore_that_was_cut_off_starts_nothing(home: Path, saved: Path) -> None:
    (home / "restore-unfinished").touch()
    code, _, err = ran(Mxx(home), "up", MXX_BIND="127.0.0.1:1")
    assert (code, "did not end" in err) == (2, True)
    assert ran(Mxx(home), "restore", str(saved), "--replace")[0] == 0
    assert not (home / "restore-unfinished").exists()


def changed(saved: Path, to: Path, damage: str) -> None:
    """The backup with one fault."""
    content = bytearray(saved.read_bytes())
    if damage == "a byte":
        content[len(content) // 3] ^= 0xFF
    cut = {"a byte": len(content), "half": len(content) // 2, "its end": content.rfind(b"manifest.json") - 10}
    to.write_bytes(content[: cut[damage]])


@pytest.mark.parametrize("damage", ["a byte", "half", "its end"])
def test_a_damaged_backup_changes_nothing(saved: Path, tmp_path: Path, damage: str) -> None:
    mxx = Mxx(tmp_path / "home")
    changed(saved, tmp_path / "bad.tar", damage)
    code, out, err = ran(mxx, "restore", str(tmp_path / "bad.tar"))
    assert (code, out, len(err.splitlines())) == (2, "", 1), err
    assert {path.name for path in mxx.home.rglob("*")} <= {"secret.key", "runs"}


@pytest.fixture
def databases(tmp_path: Path) -> Iterator[list[str]]:
    """Two empty ones on PostgreSQL."""
    made = [tables_on("postgresql", tmp_path) for _ in range(2)]
    yield [one.url for one in made if isinstance(one, Postgresql)]
    for one in made:
        one.close()


def test_postgresql_is_restored_into_an_empty_database_paused(databases: list[str], tmp_path: Path) -> None:
    theirs, ours = (Mxx(tmp_path / str(number), DATABASE_URL=url) for number, url in enumerate(databases))
    assert ran(theirs, "migrate", "--verbosity=0")[0] == 0
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "due.toml").write_text(DUE)
    assert ran(theirs, "syncjobs", str(tmp_path / "files"))[0] == 0
    file = str(tmp_path / "one.tar")
    assert ran(theirs, "backup", file)[0] == 0
    code, _, err = ran(theirs, "restore", file, "--replace")
    assert (code, "is not empty" in err and "createdb" in err) == (2, True), err
    assert ran(ours, "restore", file)[0] == 0
    with psycopg.connect(databases[1]) as connection:
        [(why, job)] = connection.execute("SELECT why, name FROM jobs_quiet, jobs_job").fetchall()
    assert (why.startswith("restored from the backup"), job) == (True, "due")
    code, _, err = ran(Mxx(tmp_path / "sqlite"), "restore", file)
    assert (code, "DATABASE_URL" in err) == (2, True)
