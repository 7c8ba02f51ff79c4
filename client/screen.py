"""What a command shows: a table or words on a terminal, JSON when it is piped or --json is given."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import click


def is_terminal() -> bool:
    """Whether somebody looks at what is written."""
    return sys.stdout.isatty()


def say(text: str) -> None:
    click.echo(harmless(text))


def warn(text: str) -> None:
    """A line on stderr, said by mxx-cli."""
    click.echo(f"mxx-cli: {harmless(text)}", err=True)


def write_json(data: Any) -> None:
    utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    click.echo(json.dumps(data, indent=2, ensure_ascii=not utf8))


def table(heads: Sequence[str], rows: Iterable[Sequence[object]], empty: str) -> None:
    """Columns as wide as they need to be; a terminal that is too narrow breaks lines within them."""
    from rich.box import SIMPLE_HEAD  # here: commands that draw no table start sooner
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for head in heads:
        drawn.add_column(head, overflow="fold")  # a name cut short could not be copied
    for row in rows:
        drawn.add_row(*(Text(harmless("" if cell is None else str(cell))) for cell in row))
    if drawn.row_count:
        Console(highlight=False).print(drawn)
    else:
        say(empty)


def when(moment: str | None) -> str:
    """An API moment (ISO, UTC) in this machine's own time, to the second."""
    if not moment:
        return ""
    return datetime.fromisoformat(moment).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def lasted(run: dict[str, Any]) -> str:
    """How long a run took, as "1.2 s" or "2 h 5 min"; "" when it did not run or has not ended."""
    if not run["started_at"] or not run["finished_at"]:
        return ""
    began, ended = (datetime.fromisoformat(run[key]) for key in ("started_at", "finished_at"))
    seconds = (ended - began).total_seconds()
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes = int(seconds // 60)
    return f"{minutes} min {int(seconds % 60)} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def harmless(text: str) -> str:
    """Without what could command a terminal: names and reasons come from programs and people."""
    return "".join(
        letter if letter.isprintable() or letter in "\n\t" else "\N{REPLACEMENT CHARACTER}" for letter in text
    )
