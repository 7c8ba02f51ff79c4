"""Fills the database of MXX_HOME with jobs and schedules, in bulk: `python benchmarks/filling.py --due 1000 --idle 9000`.

Prints the moment at which those of --due are due, as seconds since the epoch.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from jobs.models import Job

ROOT = Path(__file__).resolve().parents[1]
CHUNK = 500
JOB = "[os]\ncmd = {command}\n"
FAR = "2098-01-01T00:00:00"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--due", type=int, default=0, help="jobs with one schedule each, due in one second")
    parser.add_argument("--idle", type=int, default=0, help="schedules far ahead, ten a job")
    parser.add_argument("--lead", type=float, default=10.0, help="seconds until they are due")
    parser.add_argument("--command", default='["true"]', help="of every job, as JSON")
    options = parser.parse_args()
    make_tables()
    text = JOB.format(command=json.dumps(json.loads(options.command)))
    idle = jobs_named("idle", math.ceil(options.idle / 10), text)
    schedule(idle, options.idle, FAR)
    due = jobs_named("due", options.due, text)
    at = math.ceil(time.time() + options.lead)
    schedule(due, options.due, datetime.fromtimestamp(at, UTC).replace(tzinfo=None).isoformat())
    print(at)


def make_tables() -> None:
    sys.path.insert(0, str(ROOT))
    os.environ["DJANGO_SETTINGS_MODULE"] = "mxxsite.settings"
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def jobs_named(name: str, count: int, text: str) -> list[Job]:
    from jobs.models import Job, Revision

    found = [Job(name=f"{name}-{number}", name_key=f"{name}-{number}") for number in range(count)]
    Job.objects.bulk_create(found, batch_size=CHUNK)
    revisions = [Revision(job=job, toml=f"# {job.name}\n{text}") for job in found]
    Revision.objects.bulk_create(revisions, batch_size=CHUNK)
    for job, revision in zip(found, revisions, strict=True):
        job.revision = revision
    Job.objects.bulk_update(found, ["revision"], batch_size=CHUNK)
    return found


def schedule(jobs: list[Job], count: int, moment: str) -> None:
    """One date each, all at the same moment (UTC)."""
    from jobs.models import Schedule
    from jobs.timing.table import read_schedule

    now = datetime.now(UTC)
    table = {"trigger": "date", "run_date": moment, "timezone": "UTC"}
    timing = read_schedule(table, default_zone="UTC", created=now)
    at = timing.trigger_object.after(now)
    rows = []
    for number in range(count):
        row = Schedule(job=jobs[number % len(jobs)], next_run_time=at)
        row.take(timing, position=number // len(jobs))
        row.name = str(row.position + 1)
        rows.append(row)
    Schedule.objects.bulk_create(rows, batch_size=CHUNK)


if __name__ == "__main__":
    main()
