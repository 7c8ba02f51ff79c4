"""Jobs into files: each job's text as it is stored, with its comments, byte for byte."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from jobs.models import Job
from jobs.services.filejobs import file_name, name_of, path_of
from jobs.services.folder import job_files
from jobs.services.privatefile import write_privately
from plugins import jobfile

NAME_BYTES = 255 - len(".") - len(".0123456789abcdef")
"""What file systems allow, and room for the draft's name."""


@dataclass
class Exported:
    """Names of files; (job, why) for the refused."""

    created: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    paused: list[str] = field(default_factory=list)
    """Jobs of which something is paused: that is not in their files."""
    refused: list[tuple[str, str]] = field(default_factory=list)


def export_jobs(folder: Path, *, prune: bool = False, dry_run: bool = False) -> Exported:
    """Write each job to NAME.toml in the folder, which is made; a file that says the same already is not touched.

    A job whose own file lies there is that file already. prune: .toml files without a job are removed.
    Raises OSError for a folder that cannot be written.
    """
    done, kept = Exported(), set[Path]()
    if not dry_run:
        folder.mkdir(parents=True, exist_ok=True)
    others = {jobfile.name_key(name_of(path)): path for path in job_files(folder)}
    for job in Job.objects.present().select_related("revision").order_by("name_key"):
        kept.add(_export(job, folder, others.get(job.name_key), done, dry_run))
        if not job.enabled or job.schedules.present().filter(enabled=False).exists():
            done.paused.append(job.name)
    for path in others.values() if prune else ():
        if path not in kept and path.suffix == ".toml":
            done.deleted.append(path.name)
            if not dry_run:
                path.unlink()
    return done


def _export(job: Job, folder: Path, there: Path | None, done: Exported, dry_run: bool) -> Path:
    """The file that speaks for the job in the folder."""
    path = folder / file_name(job.name)
    if there is not None and job.file and path_of(job) == there.resolve():
        done.unchanged.append(there.name)
        return there
    if there is not None and there.name != path.name:
        done.refused.append((job.name, f"{there.name} stands for the same job: remove one of the two"))
        return there
    if len(path.name.encode()) > NAME_BYTES:
        done.refused.append(
            (job.name, f"its name is too long for a file: {NAME_BYTES - 5} bytes, give it a shorter one")
        )
        return path
    text = job.toml
    before = path.read_bytes() if path.is_file() else None
    if before == text.encode():
        done.unchanged.append(path.name)
        return path
    (done.created if before is None else done.changed).append(path.name)
    if not dry_run:
        write_privately(path, text)
    return path
