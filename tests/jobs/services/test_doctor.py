"""Each finding is a fact and, where something is wrong, how to mend it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jobs import services
from jobs.models import Revision
from tests.jobs.kit import make_job

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: Any) -> Path:
    tmp_path.chmod(0o700)
    settings.MXX_HOME, settings.MXX_JOBS_DIR = tmp_path, tmp_path / "jobs"
    return tmp_path


def problems() -> dict[str, services.Finding]:
    return {one.topic: one for one in services.examine() if one.level == "problem"}


def test_a_well_home_has_no_problem() -> None:
    make_job()
    assert problems() == {}


def test_every_topic_is_told_also_when_all_is_well() -> None:
    topics = {one.topic for one in services.examine()}
    assert {
        "versions",
        "permissions",
        "disk",
        "custody",
        "plugins",
        "database",
        "clock",
        "jobs",
        "secrets",
    } <= topics


def test_a_loose_home_is_named_with_the_command_that_mends_it(home: Path) -> None:
    home.chmod(0o755)
    assert problems()["permissions"].mend == f"chmod 700 {home}"


def test_a_file_that_the_next_start_would_refuse_is_named(home: Path) -> None:
    (home / "jobs").mkdir()
    (home / "jobs" / "bad.toml").write_text("[appp]\n")
    assert "did you mean [app]?" in problems()["job files"].fact


def test_a_job_that_would_fail_by_now_is_named() -> None:
    job = make_job("broken")
    Revision.objects.filter(job=job).update(toml='[gone]\nkey = "x"\n')
    assert "broken" in problems()["jobs"].fact
