"""What commands share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import click

from client.failures import Refused

if TYPE_CHECKING:
    from client.api import Api

NOT_FOUND = 404


class Session(Protocol):
    """client.main.Session, as commands see it."""

    json: bool

    @property
    def address(self) -> str: ...

    @property
    def api(self) -> Api: ...


class Name(click.ParamType):
    """A name that can stand in an address."""

    name = "name"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = str(value).strip()
        if not text or not text.isprintable():
            self.fail(f"{value!r} is no name", param, ctx)
        return text


JOB = click.argument("job", type=Name())
ID = click.argument("ident", metavar="JOB|RUN", type=Name())


def run_numbered(session: Session, text: str) -> dict[str, Any] | None:
    """The run of this number; None for what is no number, or no run's: then it is a job's name."""
    if not (text.isdecimal() and text.isascii()):
        return None
    try:
        return dict(session.api.get("runs", text))
    except Refused as refused:
        if refused.status != NOT_FOUND:
            raise
        return None


def run_of(session: Session, text: str) -> int:
    """Number of a run: that one, or a job's newest."""
    if run := run_numbered(session, text):
        return int(run["id"])
    for newest in session.api.rows("runs", job=text, limit=1):
        return int(newest["id"])
    raise Refused(f"{text} has not run yet")
