"""Folders of job files, loaded at start and by `syncjobs`. One broken file stops no other and is named."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction

from jobs.exceptions import Conflict
from jobs.models import Job
from jobs.services.audit import record
from jobs.services.deletion import delete_job
from jobs.services.drafts import Draft
from jobs.services.filejobs import name_of, path_of, source_of
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
    adopted: list[str] = field(default_factory=list)
    """Made elsewhere; they belong to their files now."""
    left: list[str] = field(default_factory=list)
    """Detached from their files, which are not read."""
    let_go: list[str] = field(default_factory=list)
    """Jobs whose file is gone."""
    deleted: list[str] = field(default_factory=list)
    """Jobs whose file is gone, when that was asked for."""
    refused: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Wishes:
    """paused: new jobs arrive paused. prune: a job whose file is gone is deleted, instead of let go.
    adopt: jobs that were made elsewhere, or detached, belong to the file of their name from now on."""

    paused: bool = False
    prune: bool = False
    adopt: bool = False


def load_folder(folder: Path, wishes: Wishes = Wishes(), *, dry_run: bool = False) -> Loaded:
    """Save every job file in the folder; files named `*.template.*` and hidden ones are left out.

    A job whose file is gone stays, and can be edited from now on. dry_run: only tell what would happen.
    Raises BadInput for a prune by a folder without any job file: that is rather the wrong folder.
    """
    loaded, files = Loaded(), job_files(folder)
    if wishes.prune and not files:
        message = f"{folder} holds no job file: nothing is deleted for that, it may be the wrong folder"
        raise BadInput(Problem("DIR", "empty", message, "syncjobs /srv/jobs --prune"))
    with rehearsed(dry_run):
        for path in files:
            _load(path, loaded, wishes)
        _let_go(folder, loaded, wishes)
    return loaded


@contextmanager
def rehearsed(dry_run: bool) -> Iterator[None]:
    """With dry_run everything within is done, told, and undone; other writers wait meanwhile."""
    if not dry_run:
        yield
        return
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def job_files(folder: Path) -> list[Path]:
    """Every job file by name; none when there is no such folder."""
    return [
        path
        for path in (sorted(folder.iterdir()) if folder.is_dir() else [])
        if path.suffix.lower() in SUFFIXES and ".template." not in path.name and not path.name.startswith(".")
    ]


def _let_go(folder: Path, loaded: Loaded, wishes: Wishes) -> None:
    for job in Job.objects.present().filter(source__startswith="file:"):
        path = path_of(job)
        if str(path.parent) != os.path.realpath(folder) or path.exists():
            continue
        if wishes.prune:
            delete_job(job=job, from_file=True)
            loaded.deleted.append(job.name)
        else:
            job.source = "api"
            job.save(update_fields=["source"])
            record("job.let_go", job.name, file=str(path))
            loaded.let_go.append(job.name)


def _load(path: Path, loaded: Loaded, wishes: Wishes) -> None:
    try:
        _save(name_of(path), path, loaded, wishes)
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
        content = jobfile.content(path)
    except BadInput as error:
        raise BadInput(
            Problem("file", one.code, one.message, one.example) for one in error.problems
        ) from None
    return read_draft(text=content, format=SUFFIXES[path.suffix.lower()], filename=path.name)  # type: ignore[arg-type]


def _save(name: str, path: Path, loaded: Loaded, wishes: Wishes) -> None:
    jobfile.check_name(name)
    source = source_of(path)
    job = Job.objects.present().select_related("revision").filter(name_key=jobfile.name_key(name)).first()
    if job and job.source == f"detached:{source.removeprefix('file:')}" and not wishes.adopt:
        loaded.left.append(job.name)
        return
    draft = read_file(path)
    foreign = job is not None and job.source != source and not _moved(job, path)
    if job and foreign and not wishes.adopt and job.toml != draft.toml:
        raise Conflict(
            f"a job named {name!r} exists already and comes from {job.source!r}, not from this file; "
            "`syncjobs --adopt` lets the file win"
        )
    if job and foreign and not wishes.adopt:
        loaded.unchanged.append(job.name)
        return
    loaded_as = _write(name, draft, source, job, wishes)
    getattr(loaded, "adopted" if foreign else loaded_as).append(job.name if job else name)


def _moved(job: Job, path: Path) -> bool:
    """Its file is gone, and this one is in its place, with another ending."""
    if not job.file:
        return False
    before = path_of(job)
    return before.parent == Path(os.path.realpath(path.parent)) and not before.exists()


@transaction.atomic
def _write(name: str, draft: Draft, source: str, job: Job | None, wishes: Wishes) -> str:
    """Under which heading of Loaded the job belongs."""
    if job is None:
        save_job(name=name, draft=draft, source=source, enabled=not wishes.paused)
        return "created"
    if job.source != source:
        before, job.source = job.source, source
        job.save(update_fields=["source"])
        record("job.adopted", job.name, file=source.removeprefix("file:"), before=before)
    if job.toml == draft.toml and job.name == jobfile.check_name(name):
        return "unchanged"
    save_job(name=name, draft=draft, source=source, job=job)
    return "changed"
