"""Custom plugins as the application sees them: saved, planned, told, and never in the way of other jobs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jobs import services
from jobs.execution.specs import spec_of
from jobs.models import Run
from plugins.exceptions import BadInput
from tests.jobs.kit import ECHO, make_job
from tests.plugins.customs import Home, Started, native

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(tmp_path: Path, settings: Any) -> Home:
    settings.MXX_HOME = tmp_path / "home"
    made = Home(settings.MXX_HOME)
    made.plugins.mkdir(parents=True, mode=0o700)
    return made


def triggered(text: str) -> Run:
    return services.trigger_job(job=make_job(text=text), source="manual")


def test_a_job_with_a_custom_plugin_is_saved_and_its_runs_know_the_file(home: Home) -> None:
    file = home.write("backup.py", native("backup", "def __init__(self, keep: int): ..."))
    spec = spec_of(triggered("[backup]\nkeep = 5\n"))
    assert spec.plugins == [("backup", "backup", {"keep": 5})]
    assert spec.sources == {"backup": str(file)}


def test_a_job_of_built_in_plugins_needs_no_sources(home: Home) -> None:
    assert spec_of(triggered(ECHO)).sources == {}


def test_a_save_with_known_plugins_starts_no_process(home: Home) -> None:
    home.write("one.py", native("one"))
    home.write("two.py", native("two"))
    make_job("first", "[one]\n[two]\n")
    with Started() as started:
        make_job("second", "[one]\n[two]\n")
    assert started.count == 0


def test_a_broken_file_is_in_no_other_jobs_way(home: Home) -> None:
    home.write("hangs.py", "import time\ntime.sleep(600)\n")
    with Started() as started:
        make_job(text=ECHO)
    assert started.count == 0


def test_an_edited_plugin_counts_for_the_next_run_of_an_old_revision(home: Home) -> None:
    home.write("backup.py", native("backup", "def __init__(self, keep: int = 1): ..."))
    run = triggered("[backup]\nkeep = 5\n")
    assert spec_of(run).plugins[0][2] == {"keep": 5}
    home.write("backup.py", native("backup", "def __init__(self, keep: str): ..."))
    with pytest.raises(BadInput, match="keep: must be a text, not the number 5"):
        spec_of(run)


def test_a_run_whose_plugin_is_gone_fails_with_its_name(home: Home) -> None:
    file = home.write("backup.py", native("backup"))
    run = triggered("[backup]\n")
    file.unlink()
    with pytest.raises(BadInput, match=r"there is no plugin \[backup\]"):
        spec_of(run)


def test_explain_knows_the_hooks_of_a_custom_plugin(home: Home) -> None:
    home.write("backup.py", native("backup"))
    told = services.explain_job(make_job(text=f"[backup]\n{ECHO}"))
    assert [hook["plugin"] for hook in told["hooks"]] == ["backup", "os"]


def test_a_draft_tells_what_was_accepted_but_may_not_be_meant(home: Home) -> None:
    home.write("backup.py", native("backup", "def __init__(self, **more): ..."))
    draft = services.read_draft(text="[backup]\nkeep = 5\n")
    assert draft.warnings == ["backup.keep: [backup] takes it, but knows nothing of it"]
