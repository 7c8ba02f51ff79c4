"""A docstring as blocks that a template can show: no markup of an author's reaches a page as markup."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from django.utils.translation import pgettext

FENCE = re.compile(r"^```(\w*)\n(.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`\n]+)`")


@dataclass(frozen=True)
class Words:
    """A stretch of a line: text, or code."""

    text: str
    is_code: bool = False


@dataclass(frozen=True)
class Block:
    """kind: text (one of `lines`), list (each of them a point), or code (`code` in `language`)."""

    kind: str
    lines: list[list[Words]] = field(default_factory=list)
    code: str = ""
    language: str = ""


def blocks(text: str) -> list[Block]:
    found, end = list[Block](), 0
    for fence in FENCE.finditer(text):
        found += _paragraphs(text[end : fence.start()])
        found.append(Block("code", code=fence[2], language=fence[1]))
        end = fence.end()
    return found + _paragraphs(text[end:])


def summary(text: str) -> list[Words]:
    """The first paragraph."""
    first = next(iter(_paragraphs(FENCE.sub("", text))), None)
    return first.lines[0] if first else []


def _paragraphs(text: str) -> list[Block]:
    return [_block(part.strip("\n")) for part in re.split(r"\n[ \t]*\n", text) if part.strip()]


def _block(text: str) -> Block:
    if re.match(r"\s*[-*] ", text):
        points = re.split(r"^\s*[-*] ", text, flags=re.MULTILINE)
        return Block("list", [_words(point) for point in points if point.strip()])
    return Block("text", [_words(text)])


def in_their_language(text: str) -> str:
    """A paragraph of a built-in plugin; of somebody's own plugin it stays as it is."""
    line = " ".join(text.split())
    return pgettext("plugin", line) if line else ""


def _words(text: str) -> list[Words]:
    parts = CODE.split(in_their_language(text))
    return [Words(part, bool(place % 2)) for place, part in enumerate(parts) if part]
