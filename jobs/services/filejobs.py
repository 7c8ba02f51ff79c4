"""Jobs that come from files: which file, what that forbids elsewhere, and detaching.

Source "file:NAME" is a file in MXX_JOBS_DIR, "file:/FOLDER/NAME" one that `syncjobs` read elsewhere;
"detached:..." came from that file once and is left alone by it.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import unquote

from django.conf import settings
from django.db import transaction

from jobs.exceptions import Conflict
from jobs.models import Job
from jobs.services.audit import record
from plugins.exceptions import BadInput, Problem

LONGEST = 240
"""Characters of a file's place in the column `source`."""
DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
"""No file can have such a name on Windows."""


def source_of(path: Path) -> str:
    """What stands in `source` of the job of this file. Raises BadInput."""
    folder = os.path.realpath(path.parent)
    ours = folder == os.path.realpath(settings.MXX_JOBS_DIR)
    place = path.name if ours else os.path.join(folder, path.name)
    if len(place) > LONGEST:
        raise BadInput(
            Problem(
                "file", "too_long", f"its path has {len(place)} characters, at most {LONGEST}", "/srv/jobs"
            )
        )
    return f"file:{place}"


def path_of(job: Job) -> Path:
    """The file of a job that comes from one."""
    return Path(os.path.realpath(settings.MXX_JOBS_DIR)) / job.file


def name_of(path: Path) -> str:
    """The name of a file's job: its stem, in which %2E stands for a dot; no job's name has a percent sign."""
    return unquote(path.stem)


def file_name(name: str) -> str:
    """Of the file that a job is exported to: one that every system can hold and that is read again."""
    stem = name.replace(".template", "%2Etemplate")
    if DEVICES.fullmatch(stem):
        stem = f"%{ord(stem[0]):02X}{stem[1:]}"
    return f"{stem}.toml"


def refuse_job_from_a_file(job: Job) -> None:
    """Raises Conflict: the file is the truth, and a change beside it would be gone at the next start."""
    if job.file:
        raise Conflict(
            f"job {job.name!r} comes from the file {job.file}: change it there, it is read at the next start; or detach it",
            field="name",
            example="a job made through the API",
        )


@transaction.atomic
def detach_job(*, job: Job) -> None:
    """From now on it is changed here, and its file is left unread. Raises Conflict when it comes from none."""
    if not job.file:
        raise Conflict(
            f"job {job.name!r} does not come from a file: it can be changed already",
            field="name",
            example="a job that is read from a file",
        )
    file, job.source = job.file, f"detached:{job.file}"
    job.save(update_fields=["source"])
    record("job.detached", job.name, file=file)
