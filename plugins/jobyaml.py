"""YAML job files, read event by event with the scalars of YAML 1.2: `NO` and `22:22` are texts, not surprises.

Whatever TOML has no word for is refused: anchors, aliases, tags, several documents.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import yaml

from plugins.exceptions import BadInput, Problem
from plugins.jobformats import MAX_INTEGER, Table
from plugins.joblines import MAX_DEPTH
from plugins.words import shown

# The C loader reads 256 KiB of YAML in 0.1 s, the Python one in over a second. Only its events are used: its composer
# recurses in C and dies of a deeply nested text.
YAML_EVENTS: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _yaml_integer(text: str) -> int:
    if len(text) > 20:  # 64 bits need 19 digits; what is longer is refused with its path later, unread
        return MAX_INTEGER + 1
    return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))


# What an unquoted YAML scalar means. Whatever matches nothing is a text.
YAML_SCALARS: tuple[tuple[re.Pattern[str], Callable[[str], Any]], ...] = (
    (re.compile(r"~|null|Null|NULL|"), lambda text: None),
    (re.compile(r"true|True|TRUE|false|False|FALSE"), lambda text: text.lower() == "true"),
    (re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+"), _yaml_integer),
    (re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"), float),
)
YAML_REFUSED = (
    (
        re.compile(r"[-+]?0[0-9]+"),
        "leading_zero",
        "is octal to some readers: drop the zero, or quote it",
        '4 or "04"',
    ),
    (
        re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"),
        "not_finite",
        "is not a number that can be stored",
        "1.5",
    ),
)


def read_yaml(text: str, filename: str = "") -> Any:
    try:
        return _YamlReader(text, filename).read()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = (mark.line + 1, mark.column + 1) if mark else (None, None)
        said = error.problem or error.context or "it cannot be read"
        message = f"not valid YAML: {said}"
        raise BadInput(Problem(filename, "syntax", message, 'cmd: "echo: hello"', *place)) from None
    except yaml.YAMLError as error:
        raise BadInput(Problem(filename, "syntax", f"not valid YAML: {error}")) from None


class _YamlReader:
    """Builds plain tables from YAML events and refuses whatever TOML has no word for."""

    def __init__(self, text: str, filename: str) -> None:
        self.filename = filename
        self.events: Iterator[Any] = iter(yaml.parse(text, Loader=YAML_EVENTS))

    def read(self) -> Any:
        next(self.events)  # the stream's start
        start = next(self.events)
        if isinstance(start, yaml.StreamEndEvent):
            self._refuse(start, "empty", "the file holds no section", "os:\n  cmd: hello")
        if getattr(start, "tags", None):
            self._refuse(start, "yaml_tag", "YAML tags are not supported", "cmd: hello")
        data = self._value(next(self.events), 0)
        next(self.events)  # the document's end
        after = next(self.events)
        if not isinstance(after, yaml.StreamEndEvent):
            self._refuse(
                after,
                "several_documents",
                "a job file holds one document, this has several",
                "no line with ---",
            )
        return data

    def _value(self, event: Any, depth: int) -> Any:
        self._refuse_references(event)
        if depth > MAX_DEPTH:
            self._refuse(event, "too_deep", f"nested deeper than {MAX_DEPTH} levels")
        if isinstance(event, yaml.MappingStartEvent):
            return self._table(depth)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(depth)
        return self._scalar(event)

    def _refuse_references(self, event: Any) -> None:
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            self._refuse(
                event, "yaml_anchor", "YAML anchors (&) and aliases (*) are not supported", 'cmd: "*"'
            )
        if getattr(event, "tag", None):
            self._refuse(
                event, "yaml_tag", f"the YAML tag {shown(event.tag)} is not supported", 'cmd: "!hello"'
            )

    def _table(self, depth: int) -> Table:
        table: Table = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            self._refuse_references(event)
            if not isinstance(event, yaml.ScalarEvent):
                self._refuse(event, "key", "a key is a plain text", "cmd: hello")
            if event.value in table:
                self._refuse(
                    event, "duplicate", f"the key {shown(event.value)} is given twice", "keep one of the two"
                )
            table[event.value] = self._value(next(self.events), depth + 1)
        return table

    def _list(self, depth: int) -> list[Any]:
        values = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            values.append(self._value(event, depth + 1))
        return values

    def _scalar(self, event: Any) -> Any:
        if event.style not in (None, ""):  # quoted or a block: a text whatever it looks like
            return event.value
        for pattern, code, message, example in YAML_REFUSED:
            if pattern.fullmatch(event.value):
                self._refuse(event, code, f"{event.value[:40]} {message}", example)
        for pattern, read in YAML_SCALARS:
            if pattern.fullmatch(event.value):
                return read(event.value)
        return event.value

    def _refuse(self, event: Any, code: str, message: str, example: str = "") -> NoReturn:
        mark = event.start_mark
        raise BadInput(Problem(self.filename, code, message, example, mark.line + 1, mark.column + 1))
