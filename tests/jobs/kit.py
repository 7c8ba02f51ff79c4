"""Short ways to the things that tests of jobs begin with."""

from __future__ import annotations

from jobs import services
from jobs.models import Job, Schedule

ECHO = '[os]\ncmd = ["echo", "hello"]\n'


def make_job(name: str = "job", text: str = ECHO) -> Job:
    return services.save_job(name=name, draft=services.read_draft(text=text), source="api")


def change(job: Job, text: str) -> Job:
    return services.save_job(name=job.name, draft=services.read_draft(text=text), source="api", job=job)


def every(seconds: int, **policies: str) -> str:
    """A job that echoes every so many seconds."""
    table = "".join(f'{key} = "{value}"\n' for key, value in policies.items())
    return f'[job]\n{table}{ECHO}[schedule]\ntrigger = "interval"\nseconds = {seconds}\n'


def only_schedule(job: Job) -> Schedule:
    return job.schedules.present().get()
