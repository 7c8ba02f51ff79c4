from __future__ import annotations

from pathlib import Path

import pytest

from jobs import services
from jobs.models import Job
from tests.jobs.kit import ECHO, make_job

pytestmark = pytest.mark.django_db


def test_three_syntaxes_are_loaded_by_their_stem(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(ECHO)
    (tmp_path / "b.yaml").write_text("os:\n  cmd: [echo, hello]\n")
    (tmp_path / "c.json").write_text('{"os": {"cmd": ["echo", "hello"]}}')
    assert services.load_folder(tmp_path).created == ["a", "b", "c"]


def test_one_broken_file_stops_no_other_and_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("[os\n")
    (tmp_path / "good.toml").write_text(ECHO)
    loaded = services.load_folder(tmp_path)
    assert loaded.created == ["good"]
    assert [file for file, _ in loaded.refused] == ["bad.toml"]


def test_templates_and_hidden_files_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.template.toml").write_text(ECHO)
    (tmp_path / ".b.toml").write_text(ECHO)
    services.load_folder(tmp_path)
    assert not Job.objects.exists()


def test_a_file_never_takes_over_a_job_made_elsewhere(tmp_path: Path) -> None:
    job = make_job("a")
    (tmp_path / "a.toml").write_text(ECHO + "# mine\n")
    refused = services.load_folder(tmp_path).refused
    job.refresh_from_db()
    assert job.toml == ECHO
    assert "exists already" in refused[0][1]


def test_a_second_start_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(ECHO)
    services.load_folder(tmp_path)
    assert services.load_folder(tmp_path).unchanged == ["a"]


def test_a_file_that_is_no_utf_8_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes(b"[os]\ncmd = '\xff'\n")
    [(file, problem)] = services.load_folder(tmp_path).refused
    assert file == "a.toml"
    assert "UTF-8" in problem
