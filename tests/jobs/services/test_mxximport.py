"""A home of the prototype is taken over without a change in it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from jobs import services
from jobs.models import Job
from plugins.exceptions import BadInput

pytestmark = pytest.mark.django_db
FARM = (
    "# farm\n[os]\ncmd = 'echo a && echo b'  # two\n\n[schedule]\ntrigger = 'cron'\nhour = 4\nminute = 30\n"
)


@pytest.fixture
def home(tmp_path: Path, settings: Any) -> Path:
    settings.MXX_HOME = tmp_path / "new"
    home = tmp_path / "old"
    for folder in ("jobs", "server", "apps", "exports/u1/monday"):
        (home / folder).mkdir(parents=True)
    (home / "jobs" / "farm.toml").write_text(FARM)
    (home / "jobs" / "bad.toml").write_text("[appp]\n")
    (home / "jobs" / "x.template.toml").write_text("[os]\n")
    entries = [
        {"job_id": "farm", "config": {"os": {"cmd": "no"}}, "source": "config:farm.toml"},
        {
            "job_id": "posted",
            "config": {"os": {"cmd": "dir | sort"}},
            "schedule": {"trigger": "interval", "interval_seconds": 60},
        },
        {"job_id": "broken", "config": 7},
    ]
    (home / "server" / "registry.json").write_text(json.dumps({"version": "1.0", "entries": entries}))
    (home / "apps" / "apps.json").write_text(
        json.dumps({"u1": {"path": "/opt/maa", "app": "MAA.exe", "cfgroute": "config"}})
    )
    (home / "apps" / "aliases.json").write_text('{"maa": "u1"}')
    (home / "exports" / "u1" / "monday" / "gui.json").write_text("{}")
    return home


def fingerprint(home: Path) -> dict[str, str]:
    return {
        str(path.relative_to(home)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in home.rglob("*")
        if path.is_file()
    }


def test_jobs_applications_and_exports_are_taken_and_nothing_is_changed_there(home: Path) -> None:
    before = fingerprint(home)
    done = services.import_home(home)
    assert (done.jobs, done.applications, done.exports) == (["farm", "posted"], ["maa"], ["u1/monday"])
    assert fingerprint(home) == before


def test_everything_arrives_paused(home: Path) -> None:
    services.import_home(home)
    assert {(job.enabled, job.schedules.get().next_run_time) for job in Job.objects.present()} == {
        (False, None)
    }


def test_a_command_string_keeps_its_shell_and_the_text_its_comments(home: Path) -> None:
    assert services.import_home(home).mended == ["farm", "posted"]
    farm = Job.objects.get(name="farm")
    assert farm.config["os"] == {"cmd": "echo a && echo b", "shell": True}
    assert "# farm" in farm.toml
    assert "# two" in farm.toml


def test_what_is_refused_is_named_with_its_field(home: Path) -> None:
    refused = dict(services.import_home(home).refused)
    assert "did you mean [app]?" in refused["bad.toml"]
    assert "config" in refused["registry.json broken"]


def test_a_second_import_takes_nothing(home: Path) -> None:
    services.import_home(home)
    again = services.import_home(home)
    assert (again.jobs, again.applications, again.exports) == ([], [], [])
    assert {"farm", "posted", "maa"} <= set(again.kept)


def test_a_dry_run_tells_the_same_and_changes_nothing(home: Path) -> None:
    told = services.import_home(home, dry_run=True)
    assert (told.jobs, Job.objects.count()) == (["farm", "posted"], 0)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"entries": 7}', '{"entries": [7]}'])
def test_a_broken_registry_stops_nothing_else(home: Path, text: str) -> None:
    (home / "server" / "registry.json").write_text(text)
    done = services.import_home(home)
    assert done.jobs == ["farm"]
    assert "server/registry.json" in dict(done.refused)


def test_another_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="holds neither"):
        services.import_home(tmp_path)
