"""Square: a link that a phone reads with its camera (QR code), as one path."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import segno

MARGIN = 4
"""Light cells around it, which readers need."""


@dataclass(frozen=True)
class Square:
    size: int
    d: str


def square(text: str) -> Square:
    cells = [*segno.make(text, error="m", micro=False).matrix_iter(border=MARGIN)]
    return Square(len(cells), "".join(run for y, row in enumerate(cells) for run in _runs(y, row)))


def _runs(y: int, row: object) -> Iterator[str]:
    x = 0
    for dark, cells in groupby(bytearray(row)):  # type: ignore[call-overload]
        width = len([*cells])
        if dark:
            yield f"M{x} {y}h{width}v1h-{width}z"
        x += width
