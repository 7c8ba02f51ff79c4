"""Coming in: login, logout, token."""

from __future__ import annotations

import socket
import sys
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import click

from client import screen, servers, signin, whereabouts
from client.api import Api
from client.commands.base import Name, Session

SCOPES = click.Choice(["read", "run", "edit", "admin"])
SCOPE = click.option("--scope", type=SCOPES, default="run", show_default=True, help="What it may do at most.")
DAYS = click.option("--days", type=click.IntRange(1, 365), default=90, show_default=True, help="Its life.")


@click.command()
@click.option("--name", type=Name(), help="What --server shall call this server; else its host.")
@click.option("--default", is_flag=True, help="Mean this server whenever none is named.")
@SCOPE
@DAYS
@click.pass_obj
def login(session: Session, name: str | None, default: bool, scope: str, days: int) -> None:
    """Remember a token for a server: asks for user and password, or for a token. Piped, it reads a token.

    It is kept in MXX_HOME/cli.toml, which nobody else may read.
    """
    address = session.address
    Api(address, None).health()  # whether MXX is there at all, before a password is typed
    text = _asked_for(address, scope, days) if sys.stdin.isatty() else sys.stdin.readline().strip()
    token = whereabouts.parsed_token(text, "what was given")
    Api(address, token).health()  # raises Unusable for a wrong one
    server = servers.Server(name or urlsplit(address).hostname or "", address, token.text)
    file = servers.remember(whereabouts.home(), server, default=default)
    if session.json:
        screen.write_json({"server": server.name, "url": server.url, "file": str(file)})
    else:
        how = "mxx-cli" if default else f"mxx-cli --server {server.name}"
        screen.say(f"logged in; the token is in {file}. Now: {how} list")


def _asked_for(address: str, scope: str, days: int) -> str:
    user = click.prompt("User (empty: paste a token)", default="", show_default=False, err=True)
    if not user:
        return str(click.prompt("Token", hide_input=True, err=True)).strip()
    password = click.prompt("Password", hide_input=True, err=True)
    made_on = f"mxx-cli on {socket.gethostname()[:60]}, {datetime.now():%Y-%m-%d %H:%M:%S}"

    def code() -> str:
        return str(click.prompt("Code of your app, or a recovery code", hide_input=True, err=True)).strip()

    return signin.token_for(address, user, password, code, name=made_on, scope=scope, days=days)


@click.command()
@click.argument("server", type=Name())
@click.pass_obj
def logout(session: Session, server: str) -> None:
    """Forget a server of cli.toml and its token. The token itself ends when its owner revokes it."""
    servers.forget(whereabouts.home(), server)
    if session.json:
        screen.write_json({"forgotten": server})
    else:
        screen.say(f"{server} is forgotten here; revoke its token on the page of your tokens")


@click.group()
def token() -> None:
    """One's own tokens: list, new, revoke. Only the local owner's may do this, and people on the pages."""


@token.command("list")
@click.pass_obj
def list_tokens(session: Session) -> None:
    """List one's own tokens; never what they are."""
    found = list(session.api.rows("tokens"))
    if session.json:
        screen.write_json({"results": found})
        return
    heads = ["key", "name", "scope", "job", "expires", "last used"]
    screen.table(heads, (_row(one) for one in found), empty="no tokens")


def _row(one: dict[str, Any]) -> list[Any]:
    moments = [screen.when(one[word]) for word in ("expires_at", "last_used_at")]
    return [one["key"], one["name"], one["scope"], one["job"] or "all", *moments]


@token.command()
@click.argument("name", type=Name())
@SCOPE
@DAYS
@click.option("--job", type=Name(), help="The only job that it is for.")
@click.pass_obj
def new(session: Session, name: str, scope: str, days: int, job: str | None) -> None:
    """Make a token, and write it: this once, and never again. On a terminal with its facts on stderr."""
    wanted = {"name": name, "scope": scope, "days": days, **({"job": job} if job else {})}
    made = session.api.post("tokens", body=wanted)
    if session.json:
        screen.write_json(made)
        return
    screen.warn(f"{made['name']}: {made['scope']}, until {screen.when(made['expires_at'])}; shown this once:")
    screen.say(made["token"])


@token.command()
@click.argument("key", type=Name())
@click.pass_obj
def revoke(session: Session, key: str) -> None:
    """End a token, by its key (the beginning that `token list` shows)."""
    session.api.delete("tokens", key)
    if session.json:
        screen.write_json({"revoked": key})
    else:
        screen.say(f"{key} opens nothing any more")


COMMANDS = (login, logout, token)
