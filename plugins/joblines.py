"""Where each key of a TOML text stands. A tolerant scanner: it never judges the text, it only finds places.

The TOML readers keep no positions, and they spend seconds on one key of 20,000 dots. This one is linear in the size
of the text, so it runs first and refuses what is nested too deep before a reader sees it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import NamedTuple

from plugins.exceptions import BadInput, Problem

MAX_DEPTH = 32

# Possessive (`*+`): a quote that is never closed costs one pass, not one for each quote before it.
TOKEN = re.compile(
    r'''
    (?P<skip> [ \t]++ | \#[^\n]*+ )
  | (?P<newline> \n )
  | (?P<string> """ (?: [^"\\] | \\[\s\S]? | "{1,2}(?!") )*+ (?: "{3,5} | \Z )
              | \'\'\' (?: [^'] | '{1,2}(?!') )*+ (?: '{3,5} | \Z )
              | " (?: [^"\\\n] | \\[^\n]? )*+ "?
              | ' [^'\n]*+ '? )
  | (?P<mark> [\[\]{}=,.] )
  | (?P<word> [^\s\[\]{}=,.\#"']++ )
    ''',
    re.VERBOSE,
)


Path = tuple[str | int, ...]
"""Keys, and numbers of list elements."""


class Place(NamedTuple):
    """1-based."""

    line: int
    column: int


@lru_cache(maxsize=1)
def positions(text: str) -> Mapping[str, Place]:
    """The place of each table and key by its path (`os.cmd`, `schedule[1].hour`), in the order of the text.

    Raises BadInput (code `too_deep`) when something is nested deeper than MAX_DEPTH. The last answer is kept: a text
    with problems is asked for twice, and the largest costs 0.2 s a time.
    """
    return _Scan(text).places()


def place_of(path: str, places: Mapping[str, Place]) -> Place | None:
    """The place of the key, or of the nearest table around it (a missing option); None when neither is there.

    `schedule.hour` and `schedule[0].hour` are the same place: both spellings of one table are in use.
    """
    while path:
        for spelling in (path, path.replace("[0]", ""), re.sub(r"^([^.\[]+)(?=\.|$)", r"\1[0]", path)):
            if spelling in places:
                return places[spelling]
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return None


def with_places(text: str, problems: Iterable[Problem]) -> list[Problem]:
    """The same problems, with line and column in the TOML text where their field can be found."""
    places = positions(text)
    return [_placed(problem, places) for problem in problems]


def _placed(problem: Problem, places: Mapping[str, Place]) -> Problem:
    place = None if problem.line else place_of(problem.field, places)
    return replace(problem, line=place.line, column=place.column) if place else problem


START = Place(1, 1)


@dataclass
class _Frame:
    """One open bracket, or the file itself at the bottom of the stack."""

    path: Path
    closes: str = "\n"
    in_value: bool = False
    key: list[str] = field(default_factory=list)
    key_place: Place = START
    awaits_part: bool = True

    def start_key(self) -> None:
        self.in_value = self.closes == "]"
        self.key = []
        self.awaits_part = True


class _Scan:
    def __init__(self, text: str) -> None:
        self.text = text
        self.found: dict[str, Place] = {}
        self.elements: dict[str, int] = {}
        self.frames = [_Frame(())]
        self.header = 0
        self.line, self.line_start, self.start = 1, 0, 0

    def places(self) -> dict[str, Place]:
        for match in TOKEN.finditer(self.text):
            kind, token = match.lastgroup, match.group()
            self.start = match.start()
            if kind == "newline":
                self._end_of_line()
            elif kind != "skip":
                self._take(token, is_mark=kind == "mark")
            if "\n" in token:
                self.line += token.count("\n")
                self.line_start = self.start + token.rindex("\n") + 1
        return self.found

    def _end_of_line(self) -> None:
        if len(self.frames) == 1:
            self.frames[0].start_key()
            self.header = 0

    def _here(self) -> Place:
        return Place(self.line, self.start - self.line_start + 1)

    def _take(self, token: str, is_mark: bool) -> None:
        frame = self.frames[-1]
        if is_mark and token == frame.closes:
            self.frames.pop()
        elif is_mark and frame.in_value:
            self._in_value(frame, token)
        elif is_mark:
            self._in_key(frame, token)
        elif not frame.in_value:
            self._key_part(frame, token)

    def _in_value(self, frame: _Frame, token: str) -> None:
        path = (*frame.path, *frame.key)
        if token == "[":
            self._open(_Frame((*path, 0), closes="]", in_value=True))
        elif token == "{":
            self._open(_Frame(path, closes="}"))
        elif token == "," and frame.closes == "]":
            frame.path = (*frame.path[:-1], int(frame.path[-1]) + 1)
        elif token == ",":
            frame.start_key()

    def _in_key(self, frame: _Frame, token: str) -> None:
        if token == "=" and frame.key:
            self._note((*frame.path, *frame.key), frame.key_place)
            frame.in_value = True
        elif token == ".":
            frame.awaits_part = True
        elif token == "[" and not frame.key and len(self.frames) == 1:
            self.header += 1
        elif token == "]" and self.header and frame.key:
            self._open_table(frame)

    def _key_part(self, frame: _Frame, token: str) -> None:
        if not frame.awaits_part:
            frame.in_value = True  # two words without a dot are no key: every reader stops here
            return
        if not frame.key:
            frame.key_place = self._here()
        frame.awaits_part = False
        frame.key.append(_unquoted(token))
        base = () if self.header else frame.path
        self._refuse_deep(len(base) + len(frame.key))

    def _open_table(self, frame: _Frame) -> None:
        """A `[header]` or `[[header]]` is complete: the keys below it belong to it."""
        path = self._with_elements(tuple(frame.key))
        if self.header > 1:
            name = _joined(path)
            self.elements[name] = self.elements.get(name, -1) + 1
            path = (*path, self.elements[name])
        self._note(path, frame.key_place)
        frame.path = path
        frame.start_key()
        frame.in_value = True  # whatever follows on the line is no key
        self.header = 0

    def _with_elements(self, key: Path) -> Path:
        """`[os.env]` below `[[os]]` belongs to the latest `os`."""
        path: Path = ()
        for part in key[:-1]:
            path = (*path, part)
            name = _joined(path)
            if name in self.elements:
                path = (*path, self.elements[name])
        return (*path, *key[-1:])

    def _open(self, frame: _Frame) -> None:
        self._refuse_deep(max(len(frame.path), len(self.frames)))
        self.frames.append(frame)

    def _note(self, path: Path, place: Place) -> None:
        self.found.setdefault(_joined(path), place)

    def _refuse_deep(self, depth: int) -> None:
        if depth > MAX_DEPTH:
            line, column = self._here()
            message = f"nested deeper than {MAX_DEPTH} levels"
            raise BadInput(Problem("", "too_deep", message, line=line, column=column))


def _joined(path: Path) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def _unquoted(token: str) -> str:
    if "\\" in token and token[0] == '"':
        try:
            return str(json.loads(token))  # JSON's escapes are TOML's, but for \U and \e
        except ValueError:
            return token
    return token[1:-1] if token[0] in "\"'" else token
