"""Jobs at work: list, status, explain, cancel."""

from __future__ import annotations

from typing import Any

import click

from client import screen
from client.commands.base import ID, JOB, Session, run_numbered
from client.failures import Refused

ALIVE = "queued,claimed,dispatched,running,stopping"
CONFLICT = 409
UNHEARD = "its MXX_HOME on "
"""So begins the reason of a run that nobody can stop now."""


def state(job: dict[str, Any]) -> str:
    """running, stopping, queued, paused or idle."""
    if job["active_runs"]:
        return str(job["active_runs"][0]["status"])
    last = job["last_run"]
    if last and last["status"] == "queued":
        return "queued"
    return "idle" if job["enabled"] else "paused"


def next_time(job: dict[str, Any]) -> str | None:
    return min((one["next_run_time"] for one in job["schedules"] if one["next_run_time"]), default=None)


CHOICES = {
    "all": lambda job: True,
    "active": lambda job: state(job) not in ("idle", "paused"),
    "scheduled": lambda job: next_time(job) is not None,
}


@click.command("list")
@click.option(
    "--type", "kind", type=click.Choice(list(CHOICES)), default="all", help="active: queued or running."
)
@click.pass_obj
def list_jobs(session: Session, kind: str) -> None:
    """List the jobs: what they do now, and when they are due."""
    found = [job for job in session.api.rows("jobs") if CHOICES[kind](job)]
    if session.json:
        screen.write_json({"results": found})
        return
    screen.table(
        ["job", "state", "next", "last run", "description"],
        (
            [job["name"], state(job), screen.when(next_time(job)), last(job), job["description"]]
            for job in found
        ),
        empty="no jobs" if kind == "all" else f"no {kind} jobs",
    )


def last(job: dict[str, Any]) -> str:
    run = job["last_run"]
    return (
        f"{run['status']} {screen.when(run['finished_at'] or run['started_at'] or run['queued_at'])}"
        if run
        else ""
    )


@click.command()
@ID
@click.pass_obj
def status(session: Session, ident: str) -> None:
    """Tell what a job does now, its next time and its last run; of a run's number how that run goes."""
    if run := run_numbered(session, ident):
        screen.write_json(run) if session.json else _show_run(run)
        return
    found = session.api.get("jobs", ident)
    if session.json:
        screen.write_json(_facts(found))
        return
    screen.say(f"{found['name']}: {state(found)}")
    for schedule in found["schedules"]:
        screen.say(
            f"  schedule  {schedule['text']}: {screen.when(schedule['next_run_time']) or 'no next time'}"
        )
    for run in [*found["active_runs"], *([found["last_run"]] if found["last_run"] else [])]:
        screen.say(f"  run {run['id']}  {in_words(run)}")


def _facts(job: dict[str, Any]) -> dict[str, Any]:
    return {
        "job": job["name"],
        "state": state(job),
        "enabled": job["enabled"],
        "next_run_time": next_time(job),
        "active_runs": job["active_runs"],
        "last_run": job["last_run"],
    }


def _show_run(run: dict[str, Any]) -> None:
    screen.say(f"{run['job']}: run {run['id']} {in_words(run)}")
    for word in ("queued", "started", "finished"):
        if moment := screen.when(run[f"{word}_at"]):
            screen.say(f"  {word:<9} {moment}")


def in_words(run: dict[str, Any]) -> str:
    """`failed after 1.2 s (sh ended with code 3)`."""
    took = f" after {screen.lasted(run)}" if screen.lasted(run) else ""
    return f"{run['status']}{took}" + (f" ({run['reason']})" if run["reason"] else "")


@click.command()
@JOB
@click.option("--at", metavar="MOMENT", help="Then instead of next, for example 2026-03-01T04:30:00Z.")
@click.pass_obj
def explain(session: Session, job: str, at: str | None) -> None:
    """Tell whether a job runs next (or ran, or will run at a moment), why not, and the order of its hooks."""
    found = session.api.get("jobs", job, "explain", **({"at": at} if at else {}))
    if session.json:
        screen.write_json(found)
        return
    screen.say(f"{found['job']} at {screen.when(found['at'])}: {found['verdict']}")
    marks = {True: "lets it", False: "says no", None: ""}
    screen.table(
        ["rule", "schedule", "", "value"],
        ([rule["rule"], rule["schedule"], marks[rule["lets"]], rule["value"]] for rule in found["rules"]),
        empty="no rules",
    )
    screen.table(
        ["", "hook point", "plugin", "method", "priority"],
        (
            [number, hook["point"], hook["plugin"], hook["method"], hook["priority"]]
            for number, hook in enumerate(found["hooks"], start=1)
        ),
        empty="no hooks",
    )


@click.command()
@ID
@click.pass_obj
def cancel(session: Session, ident: str) -> None:
    """Stop a job's queued and active runs, or the run of this number. None alive: nothing to cancel, exit code 0."""
    if run := run_numbered(session, ident):
        job, alive = run["job"], [] if run["finished_at"] else [run]
    else:
        job, alive = ident, list(session.api.rows("runs", job=ident, status=ALIVE))
    stopped = [run for run in (_cancelled(session, one["id"]) for one in alive) if run]
    if session.json:
        screen.write_json({"job": job, "cancelled": stopped})
    elif stopped:
        screen.say(f"{job}: cancelled " + ", ".join(f"run {run['id']}" for run in stopped))
        for run in stopped:
            if run["reason"].startswith(UNHEARD) and not run["finished_at"]:
                screen.warn(f"run {run['id']} goes on: {run['reason']}")
    else:
        screen.say(f"{job}: nothing to cancel")


def _cancelled(session: Session, run: int) -> dict[str, Any] | None:
    """None: it had just ended by itself."""
    try:
        return dict(session.api.post("runs", run, "cancel"))
    except Refused as refused:
        if refused.status != CONFLICT:
            raise
        return None


COMMANDS = (list_jobs, status, explain, cancel)
