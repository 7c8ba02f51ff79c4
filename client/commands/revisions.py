"""What a job was before: revisions, rollback, and detach from its file."""

from __future__ import annotations

import click

from client import screen
from client.commands.base import JOB, Session

NUMBER = click.IntRange(1, 2**31 - 1)


@click.command()
@JOB
@click.option("--show", type=NUMBER, metavar="NUMBER", help="The text of this one.")
@click.option("--diff", type=NUMBER, metavar="NUMBER", help="What this one changed.")
@click.option(
    "--since", type=NUMBER, metavar="NUMBER", help="With --diff: compared with this one, not the one before."
)
@click.pass_obj
def revisions(session: Session, job: str, show: int | None, diff: int | None, since: int | None) -> None:
    """List the texts that a job had, newest first; write one of them; tell what one changed."""
    if show and diff:
        raise click.UsageError("give --show or --diff, not both")
    if since and not diff:
        raise click.UsageError("--since goes with --diff: mxx-cli revisions JOB --diff 5 --since 3")
    if show:
        found = session.api.get("jobs", job, "revisions", show)
        screen.write_json(found) if session.json else screen.say(found["toml"].rstrip("\n"))
    elif diff:
        query = {"since": since} if since else {}
        found = session.api.get("jobs", job, "revisions", diff, "diff", **query)
        screen.write_json(found) if session.json else screen.say(found["diff"].rstrip("\n") or "no change")
    else:
        _list(session, job)


def _list(session: Session, job: str) -> None:
    found = list(session.api.rows("jobs", job, "revisions"))
    if session.json:
        screen.write_json({"results": found})
        return
    rows = ([one["number"], screen.when(one["created_at"]), one["author"]] for one in found)
    screen.table(["revision", "saved", "by"], rows, empty="no revisions")


@click.command()
@JOB
@click.argument("number", type=NUMBER)
@click.pass_obj
def rollback(session: Session, job: str, number: int) -> None:
    """Give a job the text of an earlier revision again, as a new one. Runs that are queued keep the text they were made with."""
    found = session.api.post("jobs", job, "revisions", number, "rollback")
    if session.json:
        screen.write_json(found)
    else:
        screen.say(f"{job} has the text of revision {number} again")


@click.command()
@JOB
@click.pass_obj
def detach(session: Session, job: str) -> None:
    """Let a job that comes from a file be edited elsewhere; its file is not read any more."""
    found = session.api.post("jobs", job, "detach")
    if session.json:
        screen.write_json(found)
    else:
        screen.say(f"{job} is detached: it can be edited on its page, in the API and by register --replace")


COMMANDS = (revisions, rollback, detach)
