"""What commands share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import click

if TYPE_CHECKING:
    from client.api import Api


class Session(Protocol):
    """client.main.Session, as commands see it."""

    json: bool

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
