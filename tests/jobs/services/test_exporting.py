"""Round trip: export all, wipe, sync: the same jobs, schedules, policies and comments; byte-equal second export."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs import services
from jobs.models import Job
from plugins import jobfile
from plugins.exceptions import BadInput
from tests.jobs.kit import ECHO, change, make_job

pytestmark = pytest.mark.django_db
COMMENTED = """# why this job is there
[job]
description = 'it''s "quoted"'  # beside a value
overlap    =   "queue"

[os] # the program
cmd = [
  "echo",  # first
  "ünï → 日本",
]

[[schedule]]
name = "nights"
trigger = "cron"
expression = "30 4 * * MON-FRI"
timezone = "Europe/Berlin"
# the end
""".replace("it''s ", "its ")


def facts() -> dict[str, Any]:
    """What the jobs are, without what a new row has of its own."""
    return {
        job.name: (
            job.toml,
            job.config,
            [getattr(job, name) for name in ("description", "tags", "overlap", "misfire", "priority")],
            [
                (row.name, row.trigger, row.timezone, row.text, row.params, {**row.spec, "anchor": ""})
                for row in job.schedules.present()
            ],
        )
        for job in Job.objects.present()
    }


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def round_trip(folder: Path) -> None:
    before = facts()
    assert services.export_jobs(folder).refused == []
    for job in Job.objects.present():
        services.delete_job(job=job)
    loaded = services.load_folder(folder)
    assert (loaded.refused, facts()) == ([], before)
    again = folder / "again"
    assert services.export_jobs(again).refused == []
    exported = content(again)
    for path in again.iterdir():
        path.unlink()
    again.rmdir()
    assert exported == content(folder)


def test_everything_comes_back_with_its_comments(tmp_path: Path) -> None:
    make_job("commented", COMMENTED)
    make_job("plain")
    round_trip(tmp_path)


@pytest.mark.parametrize(
    "name", ["a.template", "a.template.b", "CON", "nul.x", "dot.toml", "x.", "ß ss", "Ärger 日本", "_"]
)
def test_names_that_files_cannot_have_come_back_too(name: str, tmp_path: Path) -> None:
    make_job(name)
    round_trip(tmp_path)


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]), max_size=20)
COMMENT = TEXT.map(lambda text: f"# {text}\n")
SECTIONS = st.lists(st.lists(TEXT, max_size=3), min_size=1, max_size=3)
CRON = st.tuples(st.integers(0, 59), st.integers(0, 23), st.sampled_from(["*", "MON-FRI", "SUN", "1,3"]))


@st.composite
def job_texts(draw: st.DrawFn) -> str:
    config: dict[str, Any] = {
        "job": {
            "description": draw(TEXT),
            "overlap": draw(st.sampled_from(["skip", "queue", "replace"])),
            "misfire": draw(st.sampled_from(["skip", "latest", "all"])),
            "priority": draw(st.integers(-5, 5)),
        },
        "os": [{"cmd": ["echo", *words]} for words in draw(SECTIONS)],
        "schedule": [
            {"name": f"s{place}", "trigger": "cron", "expression": f"{minute} {hour} * * {days}"}
            for place, (minute, hour, days) in enumerate(draw(st.lists(CRON, max_size=3)))
        ],
    }
    lines = jobfile.from_config(config).text.splitlines(keepends=True)
    return draw(COMMENT) + "".join(draw(COMMENT) + line if draw(st.booleans()) else line for line in lines)


NAMES = st.text(st.characters(categories=["L", "Nd"], include_characters=" ._-"), min_size=1, max_size=40)


def fits(name: str) -> bool:
    try:
        return len(jobfile.check_name(name).encode()) < 200
    except BadInput:
        return False


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(jobs=st.dictionaries(NAMES.filter(fits).map(jobfile.name_key).filter(fits), job_texts(), max_size=3))
def test_generated_jobs_come_back_byte_for_byte(jobs: dict[str, str]) -> None:
    for name, text in jobs.items():
        try:
            make_job(name, text)
        except BadInput as error:  # `${` and the like in a generated text
            assert error.problems, name
    with tempfile.TemporaryDirectory() as folder:
        round_trip(Path(folder))
    for job in Job.objects.present():
        services.delete_job(job=job, from_file=True)


def test_what_says_the_same_already_is_not_touched(tmp_path: Path) -> None:
    job = make_job("a")
    services.export_jobs(tmp_path)
    before = (tmp_path / "a.toml").stat()
    assert services.export_jobs(tmp_path).unchanged == ["a.toml"]
    assert (tmp_path / "a.toml").stat() == before
    change(job, ECHO + "# new\n")
    assert services.export_jobs(tmp_path).changed == ["a.toml"]


def test_pruning_removes_files_of_jobs_that_are_gone_and_no_others(tmp_path: Path) -> None:
    services.export_jobs(tmp_path)
    for name in ("gone.toml", "notes.txt", "x.template.toml"):
        (tmp_path / name).write_text(ECHO)
    make_job("a")
    assert services.export_jobs(tmp_path, prune=True).deleted == ["gone.toml"]
    assert sorted(content(tmp_path)) == ["a.toml", "notes.txt", "x.template.toml"]


def test_a_yaml_file_of_the_same_job_gets_no_twin(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("os: {cmd: [echo, hello]}\n")
    make_job("a")
    assert "a.yaml stands for the same job" in services.export_jobs(tmp_path).refused[0][1]
    assert sorted(content(tmp_path)) == ["a.yaml"]


def test_a_name_too_long_for_a_file_is_refused_in_words(tmp_path: Path) -> None:
    make_job("語" * 100)
    assert "too long for a file" in services.export_jobs(tmp_path).refused[0][1]


def test_what_is_paused_is_told_because_no_file_says_it(tmp_path: Path) -> None:
    services.pause_job(job=make_job("a"))
    assert services.export_jobs(tmp_path).paused == ["a"]
