"""Secrets: their names, and new values. No value is ever on a command line, nor read back."""

from __future__ import annotations

import sys

import click

from client import screen
from client.commands.base import Name, Session
from client.failures import Unusable

LONGEST = 64 * 1024


@click.group()
def secrets() -> None:
    """Secrets for runs: list, set, delete. A value is typed, or comes from a pipe; nobody can read it back."""


@secrets.command("list")
@click.pass_obj
def list_secrets(session: Session) -> None:
    """List the names of the secrets, and who set them when."""
    found = list(session.api.rows("secrets"))
    if session.json:
        screen.write_json({"results": found})
        return
    rows = ([one["name"], screen.when(one["changed_at"]), one["author"]] for one in found)
    screen.table(["secret", "set", "by"], rows, empty="no secrets")


@secrets.command("set")
@click.argument("name", type=Name())
@click.pass_obj
def set_secret(session: Session, name: str) -> None:
    """Make a secret, or give it another value: asked for twice, or read from a pipe (one newline at its end is dropped)."""
    set_to = session.api.put("secrets", name, body={"value": _asked_for(name)})
    if session.json:
        screen.write_json(set_to)
    else:
        screen.say(f"{name} is set; runs that start from now on get it")


def _asked_for(name: str) -> str:
    if sys.stdin.isatty():
        return str(click.prompt(f"Value of {name}", hide_input=True, confirmation_prompt=True, err=True))
    try:
        text = sys.stdin.buffer.read(LONGEST + 2).decode()
    except UnicodeDecodeError:
        raise Unusable("the value that was piped is no UTF-8 text") from None
    return text.removesuffix("\n").removesuffix("\r")


@secrets.command("delete")
@click.argument("name", type=Name())
@click.pass_obj
def delete_secret(session: Session, name: str) -> None:
    """Forget a secret. Runs of jobs that still name it will fail before anything of them starts."""
    session.api.delete("secrets", name)
    if session.json:
        screen.write_json({"deleted": name})
    else:
        screen.say(f"{name} is gone")


COMMANDS = (secrets,)
