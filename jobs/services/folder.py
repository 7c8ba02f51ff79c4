"""MXX_HOME/jobs: job files loaded at start. One broken file stops no other and is named."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from jobs.exceptions import Conflict
from jobs.models import Job
from jobs.services.drafts import Draft
from jobs.services.saving import read_draft, save_job
from plugins import jobfile
from plugins.exceptions import BadInput, MxxError, Problem

SUFFIXES = {".toml": "toml", ".yaml": "yaml", ".yml": "yaml", ".json": "json"}


@dataclass
class Loaded:
    """What became of each file: names of jobs, and (file, problem) for the refused ones."""

    created: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    let_go: list[str] = field(default_factory=list)
    """Jobs whose file is gone."""
    refused: list[tuple[str, str]] = field(default_factory=list)


def load_folder(folder: Path, *, paused: bool = False) -> Loaded:
    """Save every job file in the folder; files named `*.template.*` and hidden ones are left out.

    paused: new jobs arrive paused (the first start on a prototype's home).
    A job whose file is gone stays, and can be edited from now on.
    """
    loaded = Loaded()
    for path in _job_files(folder):
        _load(path, loaded, paused)
    _let_go(folder, loaded)
    return loaded


def _job_files(folder: Path) -> list[Path]:
    """Every job file by name; none when there is no such folder."""
    return [
        path
        for path in (sorted(folder.iterdir()) if folder.is_dir() else [])
        if path.suffix.lower() in SUFFIXES and ".template." not in path.name and not path.name.startswith(".")
    ]


def _let_go(folder: Path, loaded: Loaded) -> None:
    for job in Job.objects.present().filter(source__startswith="file:"):
        if not (folder / job.file).exists():
            job.source = "api"
            job.save(update_fields=["source"])
            loaded.let_go.append(job.name)


def _load(path: Path, loaded: Loaded, paused: bool) -> None:
    try:
        _save(path.stem, read_file(path), f"file:{path.name}", loaded, paused)
    except BadInput as error:
        loaded.refused += [(path.name, str(problem)) for problem in error.problems]
    except MxxError as error:
        loaded.refused.append((path.name, str(error)))


def read_file(path: Path) -> Draft:
    """Check one job file by its suffix. Raises BadInput, also for a file that cannot be read."""
    if path.suffix.lower() not in SUFFIXES:
        raise BadInput(
            Problem("file", "suffix", f"{path.name} is no job file", "job.toml, job.yaml or job.json")
        )
    try:
        with path.open("rb") as file:
            content = file.read(jobfile.MAX_BYTES + 1)
    except OSError as error:
        raise BadInput(Problem("file", "unreadable", f"{path} cannot be read: {error.strerror}")) from error
    return read_draft(text=content, format=SUFFIXES[path.suffix.lower()], filename=path.name)  # type: ignore[arg-type]


def _save(name: str, draft: Draft, source: str, loaded: Loaded, paused: bool) -> None:
    jobfile.check_name(name)
    job = Job.objects.present().select_related("revision").filter(name_key=jobfile.name_key(name)).first()
    if job and job.source != source:
        raise Conflict(
            f"a job named {name!r} exists already and comes from {job.source!r}, not from this file"
        )
    if job and job.toml == draft.toml:
        loaded.unchanged.append(job.name)
        return
    enabled = False if paused and job is None else None
    saved = save_job(name=name, draft=draft, source=source, job=job, enabled=enabled)
    (loaded.changed if job else loaded.created).append(saved.name)
