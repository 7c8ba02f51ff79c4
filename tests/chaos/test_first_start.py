from __future__ import annotations

import stat
import urllib.request
from pathlib import Path

import pytest

from tests.chaos.mxx import Mxx

NIGHTLY = '[os]\ncmd = ["echo", "hello"]\n[schedule]\ntrigger = "cron"\nhour = 4\n'


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Really empty: there is no folder even."""
    return tmp_path / "home"


def job_file(home: Path, name: str, text: str) -> None:
    (home / "jobs").mkdir(parents=True, exist_ok=True)
    (home / "jobs" / name).write_text(text)


def test_the_folder_of_jobs_is_loaded_and_a_broken_file_is_named(home: Path) -> None:
    job_file(home, "nightly.toml", NIGHTLY)
    job_file(home, "broken.yaml", "os: [\n")
    mxx = Mxx(home).up()
    status, job = mxx.ask("GET", "jobs/nightly/")
    mxx.stop()
    assert (status, job["source"], job["enabled"]) == (200, "file:nightly.toml", True)
    assert "broken.yaml is not loaded" in mxx.log.read_text()


def test_a_prototypes_home_arrives_paused_and_untouched(home: Path) -> None:
    job_file(home, "nightly.toml", NIGHTLY)
    (home / "server").mkdir()
    (home / "server" / "registry.json").write_text('{"version": "1.0", "entries": []}')
    mxx = Mxx(home).up()
    job = mxx.ask("GET", "jobs/nightly/")[1]
    mxx.stop()
    assert job["enabled"] is False
    assert job["schedules"][0]["next_run_time"] is None
    assert "loaded paused" in mxx.log.read_text()


def test_everything_it_writes_is_its_users_own(mxx: Mxx) -> None:
    loose = [path for path in mxx.home.rglob("*") if stat.S_IMODE(path.stat().st_mode) & 0o077]
    assert loose == []
    assert stat.S_IMODE(mxx.home.stat().st_mode) == 0o700


def test_the_first_admins_link_and_one_line_with_the_address_are_printed(mxx: Mxx) -> None:
    lines = mxx.log.read_text().splitlines()
    assert len([line for line in lines if f"serving at http://127.0.0.1:{mxx.port}/" in line]) == 1
    [link] = [word for line in lines if "/setup/" in line for word in line.split() if word.startswith("http")]
    with urllib.request.urlopen(link, timeout=10) as page:
        assert page.status == 200


def test_a_taken_port_is_refused_in_one_line(mxx: Mxx) -> None:
    second = mxx.command("up", MXX_BIND=f"127.0.0.1:{mxx.port}")
    out, err = second.communicate(timeout=30)
    assert (second.returncode, out) == (2, "")
    assert len(err.splitlines()) == 1
    assert "MXX_BIND" in err


def test_a_wrong_setting_stops_the_start_with_its_name(home: Path) -> None:
    command = Mxx(home).command("up", MXX_SLOTS="many")
    _, err = command.communicate(timeout=30)
    assert command.returncode == 2
    assert err.strip().startswith("mxx: MXX_SLOTS='many' is not allowed")
