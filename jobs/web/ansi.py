"""Terminal text to coloured spans: a whitelist of SGR colours, every other escape dropped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from plugins.output.escapes import ESCAPE, HARMLESS

MOST_CHARACTERS = 8192

COLOURS = {1: "red", 2: "green", 3: "yellow", 4: "blue", 5: "magenta", 6: "cyan"}  # black and white are ink


@dataclass(frozen=True)
class Span:
    """Text of one look; css: class names of mxx.css, or ""."""

    css: str
    text: str


@dataclass(frozen=True)
class Look:
    bold: bool = False
    dim: bool = False
    colour: str = ""

    @property
    def css(self) -> str:
        names = [self.colour, "dim" if self.dim else "", "bold" if self.bold else ""]
        return " ".join(f"ansi-{name}" for name in names if name)


def spans(text: str, most: int = MOST_CHARACTERS, *, is_long: bool = False) -> list[Span]:
    """The visible text in its colours, at most `most` characters; what is left out is counted at the end.

    is_long: there is more of it than the text that was given."""
    found: list[Span] = []
    left = most
    more = 0
    for css, piece in _pieces(text):
        shown, left = piece[:left], left - min(left, len(piece))
        more += len(piece) - len(shown)
        if shown:
            found.append(Span(css, shown.translate(HARMLESS)))
    if more or is_long:
        found.append(Span("ansi-dim", f" … {_more(more, is_long)}"))
    return found


def _more(count: int, is_long: bool) -> str:
    """What is left out of a line. is_long: it goes on beyond what was read of it."""
    told = {"n": f"{count:,}"}
    if is_long:
        return _("more than %(n)s more characters") % told
    return ngettext("%(n)s more character", "%(n)s more characters", count) % told


def plain(text: str) -> str:
    """The visible text without colours."""
    return "".join(span.text for span in spans(text))


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    look, position = Look(), 0
    for escape in ESCAPE.finditer(text):
        yield look.css, text[position : escape.start()]
        position = escape.end()
        if escape["sgr"] is not None:
            look = _changed(look, escape["sgr"])
    yield look.css, text[position:]


def _changed(look: Look, sgr: str) -> Look:
    codes = [int(code[:4]) for code in re.split("[;:]", sgr) if code] or [0]
    while codes:
        code = codes.pop(0)
        known = code not in (38, 48)
        look = _simple(look, code) if known else _extended(look, codes, foreground=code == 38)
    return look


def _extended(look: Look, codes: list[int], *, foreground: bool) -> Look:
    """38;5;N and 38;2;R;G;B: the first eight of the palette are known, anything finer is ink."""
    kind = codes.pop(0) if codes else 0
    wanted = codes[: {5: 1, 2: 3}.get(kind, 0)]
    del codes[: len(wanted)]
    if not foreground:
        return look
    return replace(
        look, colour=COLOURS.get(wanted[0] % 8, "") if kind == 5 and wanted and wanted[0] < 16 else ""
    )


def _simple(look: Look, code: int) -> Look:
    if code == 0:
        return Look()
    if code in (1, 2, 22):
        return replace(
            look, bold=code == 1 or (look.bold and code == 2), dim=code == 2 or (look.dim and code == 1)
        )
    if code == 90:
        return replace(look, colour="dim")
    if 30 <= code <= 37 or 91 <= code <= 97 or code == 39:
        return replace(look, colour=COLOURS.get(code % 10, "") if code != 39 else "")
    return look
