"""Is the server well?"""

from __future__ import annotations

import click

from client import screen
from client.commands.base import Session
from client.failures import Refused


@click.command()
@click.pass_obj
def health(session: Session) -> None:
    """Ask whether MXX is working; needs no token."""
    well, told = session.api.health()
    if session.json:
        screen.write_json(told)
    elif well:
        counts = [f"{told[key]} {key}" for key in ("running", "queued", "slots") if key in told]
        screen.say(": ".join(part for part in (f"{session.api.address} is well", ", ".join(counts)) if part))
        for warning in filter(None, (told.get("disk"), told.get("silent"))):
            screen.warn(warning)
    if not well:
        raise Refused(f"{session.api.address} is down: {told.get('problem') or 'it does not say why'}", 503)


COMMANDS = (health,)
