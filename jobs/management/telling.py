"""How commands tell what they did: one line a thing on stdout, each refusal on stderr, exit 2 when there is one."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import NoReturn

from plugins.exceptions import BadInput, MxxError, Problem

BAD_INPUT = 2


def tell(*headed: tuple[str, Iterable[str]], dry_run: bool = False) -> None:
    """(what became of them, their names). dry_run: in the words of what would be."""
    for heading, names in headed:
        for name in names:
            sys.stdout.write(f"{'would be ' if dry_run else ''}{heading}: {name}\n")
    sys.stdout.flush()


def tell_refused(refused: Iterable[tuple[str, str]]) -> None:
    for what, why in refused:
        sys.stderr.write(f"mxx: error: {what}: {why}\n")


def refuse(error: MxxError | Problem) -> NoReturn:
    for problem in error.problems if isinstance(error, BadInput) else [error]:
        sys.stderr.write(f"mxx: error: {problem}\n")
    sys.exit(BAD_INPUT)
