"""Jobs on record: register a file, unregister, registry, info."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from client import screen, workshop
from client.commands.base import JOB, NOT_FOUND, Name, Session
from client.commands.jobs import next_time, state
from client.failures import Refused

KINDS = {
    "all": lambda job: True,
    "scheduled": lambda job: bool(job["schedules"]),
    "on_demand": lambda job: not job["schedules"],
}
JOB_FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.command()
@JOB_FILE
@click.option("--job-id", type=Name(), metavar="ID", help="The job's name; else the file's, without its end.")
@click.option("--replace", is_flag=True, help="Give an existing job of this name the text of this file.")
@click.pass_obj
def register(session: Session, file: Path, job_id: str | None, replace: bool) -> None:
    """Make a job of a TOML, YAML or JSON file."""
    name, text = job_id or file.stem, workshop.job_text(file)
    done = "replaced"
    job = _replaced(session, name, text) if replace else None
    if job is None:
        done, job = "registered", session.api.post("jobs", body={"name": name, "toml": text})
    if session.json:
        screen.write_json(job)
    else:
        screen.say(f"{job['name']} is {done}; next: {screen.when(next_time(job)) or 'when you say so'}")
    for warning in job.get("warnings", []):
        screen.warn(warning)


def _replaced(session: Session, name: str, text: str) -> dict[str, Any] | None:
    """None: there is none of this name."""
    try:
        return dict(session.api.put("jobs", name, body={"toml": text}))
    except Refused as refused:
        if refused.status != NOT_FOUND:
            raise
        return None


@click.command()
@JOB
@click.option("--cancel", is_flag=True, help="Stop its active runs too; else they end by themselves.")
@click.pass_obj
def unregister(session: Session, job: str, cancel: bool) -> None:
    """Delete a job and its schedules; what it ran stays in the history."""
    session.api.delete("jobs", job, **({"cancel": "true"} if cancel else {}))
    if session.json:
        screen.write_json({"unregistered": job})
    else:
        screen.say(f"{job} is unregistered; its runs stay in the history")


@click.command()
@click.option("--type", "kind", type=click.Choice(list(KINDS)), default="all", help="on_demand: no schedule.")
@click.pass_obj
def registry(session: Session, kind: str) -> None:
    """List the jobs on record: where each comes from, when it is due."""
    found = [job for job in session.api.rows("jobs") if KINDS[kind](job)]
    if session.json:
        screen.write_json({"results": found})
        return
    screen.table(
        ["job", "from", "on", "schedules", "description"],
        (
            [
                job["name"],
                job["source"],
                "yes" if job["enabled"] else "paused",
                "\n".join(schedule["text"] for schedule in job["schedules"]) or "on demand",
                job["description"],
            ]
            for job in found
        ),
        empty="no jobs" if kind == "all" else f"no jobs of type {kind}",
    )


@click.command()
@JOB
@click.pass_obj
def info(session: Session, job: str) -> None:
    """Show a job's file, its schedules and where it comes from."""
    found = session.api.get("jobs", job)
    if session.json:
        screen.write_json(found)
        return
    screen.say(f"# {found['name']}: {state(found)}, from {found['source']}")
    for schedule in found["schedules"]:
        screen.say(f"# {schedule['text']}: {screen.when(schedule['next_run_time']) or 'no next time'}")
    screen.say("")
    screen.say(found["toml"].rstrip("\n"))


COMMANDS = (register, unregister, registry, info)
