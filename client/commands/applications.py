"""Registered applications, as the prototype's `mxx app` and `mxx cfg`: register, get, run, open; export, import."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import click

from client import screen, whereabouts
from client.commands.base import NOT_FOUND, Name, Session
from client.commands.runs import pair, plain, tell
from client.failures import Refused, Unusable

NAME = click.argument("name", type=Name())
AT_MOST = "365d"
"""How long an application may run that nobody stops."""


@click.group()
def app() -> None:
    """Registered applications: register, get, run, open."""


@app.command()
@NAME
@click.option("--path", required=True, metavar="FOLDER", help="The program's folder, absolute.")
@click.option("--app", "program", required=True, metavar="FILE", help="The program, below the folder.")
@click.option("--alias", "aliases", multiple=True, type=Name(), help="Another name; repeat for more.")
@click.option("--cfgroute", default="", metavar="FOLDER", help="Its configuration, below the folder.")
@click.option("--cfgow", multiple=True, metavar="PATH=VALUE", help="An override; repeat for more.")
@click.option("--cfge", multiple=True, metavar="PATH", help="What an import leaves alone; repeat for more.")
@click.option("--replace", is_flag=True, help="Change the one of this name, if there is one.")
@click.pass_obj
def register(session: Session, replace: bool, program: str, cfgow: tuple[str, ...], **given: Any) -> None:
    """Register a program under a name that jobs may use."""
    overrides = {key: plain(value) for key, value in (pair(text, "--cfgow") for text in cfgow)}
    body = {**given, "app": program, "cfgow": overrides}
    found = _replaced(session, body) if replace else None
    found = found or session.api.post("applications", body=body)
    if session.json:
        screen.write_json(found)
    else:
        screen.say(f"{found['name']} is registered: mxx app run {found['name']!r} starts it")


def _replaced(session: Session, body: dict[str, Any]) -> dict[str, Any] | None:
    """None: there is none of this name."""
    try:
        return dict(session.api.put("applications", body["name"], body=body))
    except Refused as refused:
        if refused.status != NOT_FOUND:
            raise
        return None


@app.command()
@click.argument("name", type=Name(), required=False)
@click.pass_obj
def get(session: Session, name: str | None) -> None:
    """Tell what is registered: one of this name or alias, or all."""
    if name is None:
        _list(session)
        return
    found = session.api.get("applications", name)
    if session.json:
        screen.write_json(found)
        return
    for key, value in found.items():
        screen.say(f"{key:<9} {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}")


def _list(session: Session) -> None:
    found = list(session.api.rows("applications"))
    if session.json:
        screen.write_json({"results": found})
        return
    rows = ([one["name"], ", ".join(one["aliases"]), one["path"], one["app"]] for one in found)
    screen.table(["name", "aliases", "folder", "program"], rows, empty="no applications")


@app.command()
@NAME
@click.option("--temp-config", is_flag=True, help="Overrides go into a copy of its configuration.")
@click.option("--wait", is_flag=True, help="Wait until it ends, and exit as the run did.")
@click.pass_obj
def run(session: Session, name: str, temp_config: bool, wait: bool) -> None:
    """Start an application with its overrides; it runs until it ends, or its run is cancelled."""
    options = {"app_name": name, **({"temp_config": True} if temp_config else {})}
    _run(session, name, {"mxxrun": options, "lifetime": {"lifetime": AT_MOST, "when_exits": "finish"}}, wait)


@app.command("open")
@NAME
@click.pass_obj
def open_folder(session: Session, name: str) -> None:
    """Open an application's folder in this machine's file manager."""
    folder = _folder(session, session.api.get("applications", name))
    if click.launch(str(folder)):
        raise Refused(f"nothing here opens folders; it is {folder}")
    screen.write_json({"folder": str(folder)}) if session.json else screen.say(str(folder))


@click.group()
def cfg() -> None:
    """The configuration of registered applications: export it, import it."""


@cfg.command()
@NAME
@click.argument("folder", type=click.Path(path_type=Path))
@click.pass_obj
def export(session: Session, name: str, folder: Path) -> None:
    """Copy an application's configuration into a new folder, from which `mxx cfg import` takes it."""
    found = session.api.get("applications", name)
    if not found["cfgroute"]:
        raise Refused(f"application {name!r} has no configuration folder: register it with --cfgroute")
    source = _folder(session, found) / found["cfgroute"]
    try:
        if source.is_dir():
            shutil.copytree(source, folder, symlinks=True)
        else:
            folder.mkdir(parents=True)
            shutil.copy2(source, folder)
    except FileExistsError:
        raise Unusable(f"{folder} is there already, and is left as it is: choose another name") from None
    except (OSError, shutil.Error) as error:
        raise Unusable(f"{source} cannot be copied to {folder}: {error}") from None
    told = {"application": found["name"], "folder": str(folder.absolute())}
    screen.write_json(told) if session.json else screen.say(f"{found['name']}: exported to {told['folder']}")


@cfg.command("import")
@NAME
@click.argument("source")
@click.pass_obj
def import_configuration(session: Session, name: str, source: str) -> None:
    """Import an exported configuration: a folder, or the name of one in MXX_HOME/exports. Waits for it."""
    given = str(Path(source).absolute()) if Path(source).is_dir() else source
    _run(session, name, {"mxxset": {"app_name": name, "import_source": given}}, wait=True)


def _run(session: Session, name: str, config: dict[str, Any], wait: bool) -> None:
    """Once, and without a job of its own: in the history it has the application's name."""
    found = session.api.get("applications", name)
    tell(session, session.api.post("runs", body={"name": found["name"], "config": config}), wait)


def _folder(session: Session, application: dict[str, Any]) -> Path:
    """On this machine. Raises Unusable for a server elsewhere, Refused when the folder is not there."""
    if not whereabouts.is_local(session.address):
        raise Unusable(f"{session.address} is another machine: its files cannot be reached from here")
    folder = Path(application["path"]).expanduser()
    if not folder.is_dir():
        raise Refused(f"{folder}, the folder of {application['name']!r}, is not there")
    return folder


COMMANDS = (app, cfg)
