"""A job from a file is its file's: other faces may look at it, run it, pause it, and detach it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from jobs import services
from jobs.exceptions import Conflict
from jobs.models import AuditEntry, Job
from jobs.services import Wishes
from tests.jobs.kit import ECHO, change, make_job

pytestmark = pytest.mark.django_db
OTHER = ECHO + "# other\n"


@pytest.fixture
def filed(tmp_path: Path) -> Job:
    (tmp_path / "a.toml").write_text(ECHO)
    services.load_folder(tmp_path)
    return Job.objects.get()


def test_only_its_file_changes_or_deletes_it(filed: Job) -> None:
    for attempt in (lambda: change(filed, OTHER), lambda: services.delete_job(job=filed)):
        with pytest.raises(Conflict, match=r"comes from the file .*a\.toml"):
            attempt()
    assert Job.objects.present().get().toml == ECHO


def test_a_detached_job_is_changed_here_and_its_file_left_alone(filed: Job, tmp_path: Path) -> None:
    services.detach_job(job=filed)
    change(filed, OTHER)
    loaded = services.load_folder(tmp_path)
    assert (loaded.left, loaded.refused, Job.objects.get().toml) == (["a"], [], OTHER)
    assert AuditEntry.objects.filter(action="job.detached", target="a").exists()


def test_only_a_job_from_a_file_can_be_detached() -> None:
    with pytest.raises(Conflict, match="does not come from a file"):
        services.detach_job(job=make_job())


def test_adopting_lets_the_file_win_over_a_job_made_elsewhere(tmp_path: Path) -> None:
    make_job("a")
    (tmp_path / "a.toml").write_text(OTHER)
    assert services.load_folder(tmp_path, Wishes(adopt=True)).adopted == ["a"]
    job = Job.objects.get()
    assert (job.toml, job.file) == (OTHER, str(tmp_path / "a.toml"))
    assert services.load_folder(tmp_path).unchanged == ["a"]


def test_a_job_made_elsewhere_that_says_the_same_is_no_conflict(tmp_path: Path) -> None:
    make_job("a")
    (tmp_path / "a.toml").write_text(ECHO)
    loaded = services.load_folder(tmp_path)
    assert (loaded.unchanged, loaded.refused, Job.objects.get().source) == (["a"], [], "api")


def test_pruning_deletes_just_the_jobs_of_this_folder_whose_file_is_gone(filed: Job, tmp_path: Path) -> None:
    make_job("mine")
    (tmp_path / "a.toml").unlink()
    (tmp_path / "b.toml").write_text(ECHO)
    assert services.load_folder(tmp_path, Wishes(prune=True)).deleted == ["a"]
    assert sorted(job.name for job in Job.objects.present()) == ["b", "mine"]


def test_without_pruning_the_job_is_let_go(filed: Job, tmp_path: Path) -> None:
    (tmp_path / "a.toml").unlink()
    assert services.load_folder(tmp_path).let_go == ["a"]
    filed.refresh_from_db()
    assert change(filed, OTHER).toml == OTHER


def test_another_folder_lets_nobody_go(filed: Job, tmp_path: Path) -> None:
    (other := tmp_path / "other").mkdir()
    (tmp_path / "a.toml").unlink()
    assert services.load_folder(other).let_go == []


def test_a_file_may_get_another_ending(filed: Job, tmp_path: Path) -> None:
    (tmp_path / "a.toml").unlink()
    (tmp_path / "a.yaml").write_text("os: {cmd: [echo, other]}\n")
    loaded = services.load_folder(tmp_path)
    assert (loaded.changed, loaded.let_go, loaded.refused) == (["a"], [], [])


def test_of_two_files_of_one_name_the_second_is_refused(filed: Job, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("os: {cmd: [echo, other]}\n")
    [(file, why)] = services.load_folder(tmp_path).refused
    assert (file, "comes from" in why) == ("a.yaml", True)


def test_a_dry_run_tells_the_same_and_changes_nothing(filed: Job, tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(OTHER)
    (tmp_path / "b.toml").write_text(ECHO)
    told = services.load_folder(tmp_path, dry_run=True)
    assert (told.created, told.changed, Job.objects.get().toml) == (["b"], ["a"], ECHO)
    assert services.load_folder(tmp_path) == told


def test_a_pipe_in_the_folder_stops_nobody(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "good.toml").write_text(ECHO)
    loaded = services.load_folder(tmp_path)
    assert loaded.created == ["good"]
    assert "is not a file" in loaded.refused[0][1]
