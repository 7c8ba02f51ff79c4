"""Sentences that services and the engine wrote in English, in the reader's language: known by their shape.

They are stored and sent in English (docs/languages.md), so they are translated when a page shows them. The catalogue
holds their shapes under the context `sentence`: `there is no job named {0}`. What no shape fits stays as it is:
it came from a program or a plugin.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import polib
from django.conf import settings
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import get_language, to_locale

from jobs.web.shapes import CONTEXT

SURE = 7
"""So many letters of its own must a shape have to fit a whole sentence, unless sentences of ours stand in its holes."""
LONGEST = 1000
"""A longer text is no sentence of ours."""
FULL_STOP, SEMICOLON = "\u3002", "\uff1b"
"""Of Chinese; another language that is not English would have its own."""
HOLE = re.compile(r"\{(\d)\}")


@dataclass(frozen=True)
class Shape:
    """pieces: the literal texts before, between and behind the holes; numbers: of the holes, as they come."""

    pieces: tuple[str, ...]
    numbers: tuple[str, ...]
    translated: str

    @property
    def weight(self) -> int:
        """The more letters of its own, the surer a fit."""
        return sum(map(len, self.pieces))

    def fit(self, text: str) -> dict[str, str] | None:
        """What stands in each hole, at least one character each; None when the text has another shape.

        Each piece is taken where it comes first: enough to know whether any fit exists, and never slow.
        """
        first, *rest = self.pieces
        if not rest:
            return {} if text == first else None
        if not text.startswith(first) or not text.endswith(rest[-1]):
            return None
        found, place, end = {}, len(first), len(text) - len(rest[-1])
        for number, piece in zip(self.numbers, rest, strict=True):
            start = place
            place = (
                end if piece is rest[-1] and number == self.numbers[-1] else text.find(piece, start + 1, end)
            )
            if place <= start:
                return None
            found[number] = text[start:place]
            place += len(piece)
        return found


def said(text: str | Promise) -> str:
    """The sentence in the reader's language; markup is left alone."""
    language = get_language() or "en"
    if language.startswith("en") or isinstance(text, SafeString):
        return text if isinstance(text, SafeString) else str(text)
    return _said(language, str(text))


def example(text: str) -> str:
    """One that is words of ours is said, such as `a long random text`; all others are to be typed as they stand."""
    shapes = _shapes(get_language() or "en")
    return next((shape.translated for shape in shapes if not shape.numbers and shape.pieces == (text,)), text)


@lru_cache(maxsize=4096)
def _said(language: str, text: str, within: bool = False) -> str:
    """within: the text stands in the hole of another, so even `{0} or {1}` is no chance hit."""
    if not text.strip() or len(text) > LONGEST:
        return text
    bare = text.rstrip(".")
    for shape in _shapes(language):
        found = shape.fit(bare)
        if found is not None and (within or _is_sure(shape) or _ours(language, found)):
            inner = {number: _said(language, part, True) for number, part in found.items()}
            return _filled(shape.translated, inner) + (FULL_STOP if bare != text else "")
    return _in_parts(language, text)


def _is_sure(shape: Shape) -> bool:
    """What has no holes fits nothing by chance."""
    return not shape.numbers or shape.weight >= SURE


def _ours(language: str, found: dict[str, str]) -> bool:
    """`no: {0}` alone says little, but a sentence of ours in its hole makes it one too."""
    return bool(found) and all(_said(language, part) != part for part in found.values())


def _filled(translated: str, inner: dict[str, str]) -> str:
    """Other braces stand for themselves: a sentence may tell of ${params.x}."""
    return HOLE.sub(lambda hole: inner[hole[1]], translated)


def _in_parts(language: str, text: str) -> str:
    """`its keeper died; 2 programs were ended`: each part has a shape of its own."""
    parts = text.split("; ")
    told = [_said(language, part) for part in parts] if len(parts) > 1 else parts
    return text if told == parts else SEMICOLON.join(told)


@cache
def _shapes(language: str) -> list[Shape]:
    """Read once a process from what jobs.web.catalogues made; the surest first."""
    path = Path(settings.LOCALE_PATHS[0]) / to_locale(language) / "LC_MESSAGES" / "django.mo"
    if not path.exists():
        return []
    entries = (entry for entry in polib.mofile(str(path)) if entry.msgctxt == CONTEXT)
    shapes = [shape_of(entry.msgid, entry.msgstr) for entry in entries]
    return sorted(shapes, key=lambda shape: -shape.weight)


def shape_of(text: str, translated: str) -> Shape:
    return Shape(tuple(HOLE.split(text)[::2]), tuple(HOLE.findall(text)), translated)
