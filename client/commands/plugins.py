"""Plugins: which there are, and a workbench for one's own."""

from __future__ import annotations

import shlex
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click

from client import schemas, screen, whereabouts, workshop
from client.commands.base import Name, Session
from client.failures import REFUSED, Refused


@click.group(invoke_without_command=True)
@click.option("--builtin", is_flag=True, help="Only those that come with MXX.")
@click.option("--custom", is_flag=True, help="Only those of your own.")
@click.pass_context
def plugins(context: click.Context, builtin: bool, custom: bool) -> None:
    """List the plugins, broken ones too; make and check your own."""
    if builtin and custom:
        raise click.UsageError("--builtin and --custom leave nothing: give one of them, or none", context)
    if context.invoked_subcommand is not None:
        return
    session: Session = context.obj
    wanted = {True} if builtin else {False} if custom else {True, False}
    found = [plugin for plugin in catalog(session) if plugin["builtin"] in wanted]
    if session.json:
        screen.write_json({"results": found})
        return
    screen.table(
        ["name", "class", "module", "version", "hooks", "what it does"],
        (row(plugin) for plugin in found),
        empty="no plugins of your own: mxx-cli plugins new NAME makes one" if custom else "no plugins",
    )


def catalog(session: Session) -> list[dict[str, Any]]:
    return list(session.api.get("plugins")["results"])


def row(plugin: dict[str, Any]) -> list[str]:
    said = plugin["doc"].partition("\n")[0]
    if plugin["error"]:
        said = f"cannot be loaded: {where(plugin['error'])}"
    return [
        plugin["name"],
        plugin["class"],
        plugin["module"],
        plugin["version"],
        ", ".join(plugin["hooks"]),
        said,
    ]


def where(error: dict[str, Any]) -> str:
    """`file.py:3: what is wrong`."""
    place = ":".join(str(part) for part in (error["file"], error["line"]) if part)
    return f"{place}: {error['message']}" if place else str(error["message"])


@plugins.command()
@click.argument("name", type=Name())
@click.pass_obj
def show(session: Session, name: str) -> None:
    """Tell all about one plugin: what it does, its options and hooks."""
    plugin = _named(name, catalog(session))
    if session.json:
        screen.write_json(plugin)
        return
    kind = "built-in" if plugin["builtin"] else "your own"
    screen.say(f"[{plugin['name']}] {plugin['class']} {plugin['version']}, {kind}, in {plugin['module']}")
    if plugin["error"]:
        screen.say(f"cannot be loaded: {where(plugin['error'])}")
    screen.say(f"hooks: {', '.join(plugin['hooks']) or 'none'}")
    if plugin["doc"]:
        screen.say(f"\n{plugin['doc']}\n")
    screen.table(schemas.HEADS, schemas.rows(plugin["schema"]), empty="no options")


def _named(name: str, found: list[dict[str, Any]]) -> dict[str, Any]:
    by_name = {plugin["name"]: plugin for plugin in found}
    if name not in by_name:
        meant = get_close_matches(name, by_name, n=1)
        hint = f": did you mean {meant[0]}?" if meant else ""
        raise Refused(f"there is no plugin {name!r}{hint}")
    return by_name[name]


@plugins.command()
@click.argument("name", type=Name())
@click.option(
    "--dir", "folder", type=click.Path(path_type=Path, file_okay=False), help="Instead of MXX_HOME/plugins."
)
@click.pass_obj
def new(session: Session, name: str, folder: Path | None) -> None:
    """Write a first plugin to change, with its test."""
    text = workshop.scaffold(name)
    path = workshop.write(folder or whereabouts.home() / "plugins", name, text)
    if session.json:
        screen.write_json({"file": str(path)})
    else:
        screen.say(f"{path} is there: change it, then: mxx-cli plugins check {shlex.quote(str(path))}")


@plugins.command()
@click.argument(
    "files", nargs=-1, required=True, metavar="FILE...", type=click.Path(exists=True, path_type=Path)
)
@click.pass_obj
def check(session: Session, files: tuple[Path, ...]) -> None:
    """Tell what is wrong with plugin files, line by line. Exit code 1 when anything is."""
    found = [workshop.judge(file) for file in files]
    for judged in found:
        for flaw in judged["problems"]:
            click.echo(workshop.in_words(judged["file"], flaw), err=True)
    if session.json:
        screen.write_json({"results": found})
    else:
        for judged in (one for one in found if one["ok"]):
            named = ", ".join(f"[{plugin['name']}]" for plugin in judged["plugins"])
            screen.say(f"{judged['file']}: {named} is good")
    raise click.exceptions.Exit(REFUSED * (not all(judged["ok"] for judged in found)))


COMMANDS = (plugins,)
