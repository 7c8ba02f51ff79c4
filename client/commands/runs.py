"""Runs: trigger, list, follow their logs."""

from __future__ import annotations

import json
from typing import Any

import click

from client import progress, screen
from client.commands.base import ID, JOB, Name, Session, run_of
from client.commands.jobs import in_words
from client.failures import Interrupted, Unusable
from client.waiting import log_of, the_end_of

EXIT_CODES = {
    "succeeded": 0,
    "failed": 1,
    "lost": 1,
    "skipped": 3,
    "missed": 3,
    "timed_out": 124,
    "cancelled": 130,
}
"""As `manage.py runjob` ends."""
TRUTHS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


@click.command()
@JOB
@click.option(
    "--param", "params", multiple=True, metavar="NAME=VALUE", help="A declared param; repeat for more."
)
@click.option("--wait", is_flag=True, help="Wait for the end; exit as `manage.py runjob` does.")
@click.pass_obj
def trigger(session: Session, job: str, params: tuple[str, ...], wait: bool) -> None:
    """Start a run of a job now.

    With --wait: exit code 0 succeeded, 1 failed or lost, 3 skipped, 124 timed out, 130 cancelled.
    """
    given = dict(pair(text, "--param") for text in params)
    tell(
        session, session.api.post("jobs", job, "trigger", body={"params": _typed(session, job, given)}), wait
    )


def tell(session: Session, run: dict[str, Any], wait: bool) -> None:
    """Of a run that was just queued. wait: until its end, and leave with its exit code."""
    if wait:
        run = _waited_for(session, run)
    if session.json:
        screen.write_json(run)
    else:
        screen.say(f"{run['job']}: run {run['id']} {in_words(run)}")
    if wait:
        raise click.exceptions.Exit(EXIT_CODES[run["status"]])


def _waited_for(session: Session, run: dict[str, Any]) -> dict[str, Any]:
    """The run at its end; until then its log, on a terminal."""
    try:
        if not session.json:
            _write_log(session, run["id"], follow=True)
        return the_end_of(session.api, run["id"])
    except KeyboardInterrupt:
        raise Interrupted(f"run {run['id']} goes on; mxx-cli cancel {run['id']} stops it") from None


def pair(text: str, option: str) -> tuple[str, str]:
    """Of NAME=VALUE. Raises Unusable."""
    name, sign, value = text.partition("=")
    if not sign or not name.strip():
        raise Unusable(f"{option}: {text!r} is not NAME=VALUE, for example {option} stage=1-7")
    return name.strip(), value


def _typed(session: Session, job: str, given: dict[str, str]) -> dict[str, Any]:
    """Values for JSON: `3` is a number, unless the job declares a text."""
    if not given:
        return {}
    declared = session.api.get("jobs", job)["config"].get("params") or {}
    return {name: value if is_text(declared.get(name, "")) else plain(value) for name, value in given.items()}


def is_text(declaration: Any) -> bool:
    """Whether a declared param takes a text: `name = "x"`, or a table that says so or says nothing of a type."""
    if not isinstance(declaration, dict):
        return isinstance(declaration, str)
    if "type" in declaration:
        return bool(declaration["type"] == "str")
    samples = [
        declaration.get("default"),
        *declaration.get("choices", []),
        declaration.get("min"),
        declaration.get("max"),
    ]
    known = [sample for sample in samples if sample is not None]
    return not known or isinstance(known[0], str)


def plain(text: str) -> Any:
    """A number, true or false where the text says so."""
    if text.strip().lower() in TRUTHS:
        return TRUTHS[text.strip().lower()]
    try:
        return json.loads(text)
    except ValueError:
        return text


@click.command("runs")
@click.argument("job", type=Name(), required=False)
@click.option("--status", "statuses", metavar="A,B", help="Only these, for example failed,timed_out.")
@click.option("--source", "sources", metavar="A,B", help="Only of these, for example schedule.")
@click.option("--since", metavar="MOMENT", help="Queued since, for example 2026-03-01T04:30:00Z.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True)
@click.pass_obj
def list_runs(
    session: Session,
    job: str | None,
    statuses: str | None,
    sources: str | None,
    since: str | None,
    limit: int,
) -> None:
    """List runs, newest first; those of one job, or all."""
    asked = {"job": job, "status": statuses, "source": sources, "since": since}
    query = {name: value for name, value in asked.items() if value is not None}
    found = list(session.api.rows("runs", limit=limit, **query))
    if session.json:
        screen.write_json({"results": found})
        return
    screen.table(
        ["run", "job", "status", "by", "queued", "took", "reason"],
        (
            [
                run["id"],
                run["job"],
                run["status"],
                run["source"],
                screen.when(run["queued_at"]),
                screen.lasted(run),
                run["reason"],
            ]
            for run in found
        ),
        empty="no runs",
    )


@click.command()
@click.argument("run_or_job", type=Name())
@click.option("-f", "--follow", is_flag=True, help="Go on until the run is over.")
@click.option(
    "--attempt", type=click.IntRange(1), help="One of a run that was tried again; the newest by default."
)
@click.pass_obj
def logs(session: Session, run_or_job: str, follow: bool, attempt: int | None) -> None:
    """Write the output of a run (its number), or of a job's newest. Colours only to a terminal."""
    _write_log(session, run_of(session, run_or_job), follow=follow, attempt=attempt)


def _write_log(session: Session, run: int, *, follow: bool, attempt: int | None = None) -> None:
    """On a terminal with a line of progress below it."""
    pieces = log_of(session.api, run, follow=follow, attempt=attempt, colours=screen.is_terminal())
    if follow and progress.is_shown():
        progress.written_with(session.api, run, pieces)
        return
    for text in pieces:
        click.echo(text, nl=False)


@click.command()
@ID
@click.pass_obj
def remove(session: Session, ident: str) -> None:
    """Forget a run that is over, with its log: by its number, or a job's newest. The job stays: see unregister."""
    run = run_of(session, ident)
    session.api.delete("runs", run)
    if session.json:
        screen.write_json({"removed": run})
    else:
        screen.say(f"run {run} is forgotten, with its log")


COMMANDS = (trigger, list_runs, logs, remove)
