"""How far a run is: one line below its log, on a terminal only."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from typing import Any

import click

from client import screen
from client.api import Api
from client.waiting import patiently

ERASE = "\r\x1b[K"
LOOK_EVERY = 0.5
"""Seconds."""
WIDTH = 24


def is_shown() -> bool:
    """When somebody sees both what the run writes and the line below it."""
    return sys.stdout.isatty() and sys.stderr.isatty()


def written_with(api: Api, run_id: int, pieces: Iterable[str]) -> None:
    """Writes a log as it comes; below it, until the run is over, how far it says it is."""
    line, looked = Line(), 0.0
    try:
        for text in pieces:
            line.write(text)
            if time.monotonic() - looked >= LOOK_EVERY:
                line.show(patiently(lambda: api.get("runs", run_id)))
                looked = time.monotonic()
    finally:
        line.end()


class Line:
    """Never behind half a line of output: it would be erased with it."""

    def __init__(self) -> None:
        self._text, self._at_start = "", True

    def write(self, text: str) -> None:
        if text:
            self._erase()
            click.echo(text, nl=False)
            self._at_start = text.endswith("\n")
            self._draw()

    def show(self, run: dict[str, Any]) -> None:
        text = "" if run["finished_at"] else drawn(run)
        if text != self._text:
            self._erase()
            self._text = text
            self._draw()

    def end(self) -> None:
        self._erase()
        self._text = ""

    def _draw(self) -> None:
        if self._text and self._at_start:
            click.echo(self._text, nl=False, err=True)

    def _erase(self) -> None:
        if self._text and self._at_start:
            click.echo(ERASE, nl=False, err=True)


def drawn(run: dict[str, Any]) -> str:
    """A bar with what the run says, or what it is doing when it says nothing. Not wider than the terminal."""
    from rich.console import Console
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    console = Console(stderr=True)
    told = run.get("progress")
    grid = Table.grid(padding=(0, 1))
    words = f"{told['fraction']:4.0%} {told['text']}" if told else f"run {run['id']} {_doing(run)}"
    cells = [ProgressBar(total=1.0, completed=told["fraction"], width=WIDTH)] if told else []
    grid.add_row(*cells, Text(screen.harmless(words), no_wrap=True, overflow="ellipsis"))
    with console.capture() as captured:
        console.print(grid, end="", width=max(10, console.width - 1))
    return captured.get().rstrip("\n")


def _doing(run: dict[str, Any]) -> str:
    return f"is {run['status']}" + (f": {run['reason']}" if run["reason"] else "")
