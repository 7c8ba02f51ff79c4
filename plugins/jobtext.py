"""A job's TOML text by its places: where each value begins and ends, and which lines belong to which section.

Offsets are counted in characters from 0; `end` lies behind the last one. Nothing here judges the text: whoever edits
it reads the result again.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from plugins.joblines import TOKEN, Path, Place, positions

OPENING, CLOSING = "[{", "]}"


@dataclass(frozen=True)
class Span:
    start: int
    end: int


@dataclass(frozen=True)
class Entry:
    """`key = value`. key: where the key begins (the whole of a dotted one)."""

    key: int
    value: Span


@dataclass(frozen=True)
class Block:
    """The lines of one section: comments that touch its header, the header, its body, without blank lines at the end.

    path: ("os",) or ("os", 1). header: offset of the line with the brackets. gap: where the next block begins.
    name: `os[1]`, or `os[1].env` of a table within a section, which is not its own.
    """

    path: Path
    start: int
    header: int
    end: int
    gap: int
    name: str

    @property
    def own(self) -> bool:
        return joined(self.path) == self.name


def joined(path: Path) -> str:
    """`os[1].cmd`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


class JobText:
    """Raises BadInput (code `too_deep`) for what no reader would read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.places = positions(text)
        self.starts = [0]
        for line in text.split("\n"):
            self.starts.append(self.starts[-1] + len(line) + 1)

    def offset(self, place: Place) -> int:
        return self.starts[place.line - 1] + place.column - 1

    def line_start(self, offset: int) -> int:
        return self.text.rfind("\n", 0, offset) + 1

    def line_end(self, offset: int) -> int:
        """Behind the line break of this line, or the end of the text."""
        found = self.text.find("\n", offset)
        return len(self.text) if found < 0 else found + 1

    def is_header(self, path: Path) -> bool:
        """Whether this table stands as `[table]` or `[[table]]`."""
        place = self.places.get(joined(path))
        return place is not None and self._in_header(self.offset(place))

    def _in_header(self, offset: int) -> bool:
        before = self.text[self.line_start(offset) : offset]
        return before.replace(" ", "").replace("\t", "") in ("[", "[[")

    def entry(self, path: Path) -> Entry | None:
        """None when there is no such key, or when it is a table with a header."""
        place = self.places.get(joined(path))
        if place is None or self.is_header(path):
            return None
        key = self.offset(place)
        value = _value_from(self.text, key)
        return Entry(key, value) if value else None

    def last_value_end(self, start: int, end: int) -> int | None:
        """Behind the last value whose key stands between these offsets; None when there is none."""
        offsets = [offset for place in self.places.values() if start <= (offset := self.offset(place)) < end]
        values = [_value_from(self.text, offset) for offset in offsets if not self._in_header(offset)]
        return max((value.end for value in values if value), default=None)

    def blocks(self) -> list[Block]:
        """Every header with its lines, in the order of the text."""
        headers = [
            (self.line_start(self.offset(place)), name)
            for name, place in self.places.items()
            if self.is_header((name,))
        ]
        headers.sort()
        starts = [self._above(offset) for offset, _ in headers]
        ends = [*starts[1:], len(self.text)] if starts else []
        return [
            self._block(name, start, offset, gap)
            for (offset, name), start, gap in zip(headers, starts, ends, strict=True)
        ]

    def _block(self, name: str, start: int, header: int, gap: int) -> Block:
        body = self.text[start:gap]
        end = start + len(body.rstrip("\n \t"))
        return Block(_section_path(name), start, header, end, gap, name)

    def _above(self, header: int) -> int:
        """Where the comments begin that touch this header."""
        start = header
        while start > 0:
            line = self.line_start(start - 1)
            if not self.text[line:start].lstrip().startswith("#"):
                break
            start = line
        return start


def _section_path(name: str) -> Path:
    """`os[1].env` stands in `os[1]`."""
    first = name.split(".", 1)[0]
    key, _, rest = first.partition("[")
    return (key, int(rest[:-1])) if rest else (key,)


@lru_cache(maxsize=2)
def read(text: str) -> JobText:
    return JobText(text)


def _value_from(text: str, key: int) -> Span | None:
    """The value behind the `=` of the key that begins here."""
    start, end, depth = None, key, 0
    for match in TOKEN.finditer(text, key):
        token, kind = match.group(), match.lastgroup
        if start is None:
            if token == "=":
                start = -1
            elif kind == "newline":
                return None
            continue
        if depth == 0 and (kind == "newline" or (kind == "mark" and token in ",}]")):
            break
        if kind == "skip" or kind == "newline":
            continue
        start = match.start() if start < 0 else start
        end = match.end()
        if kind == "mark" and len(token) == 1:
            depth += (token in OPENING) - (token in CLOSING)
    return Span(start, end) if start is not None and start >= 0 else None
