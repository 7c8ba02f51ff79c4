"""TOML and JSON in (YAML: `jobyaml`), what a job can hold, and TOML out.

Readers return plain values and raise BadInput with line and column.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
import tomllib
from typing import Any, NoReturn

from plugins.exceptions import BadInput, Problem
from plugins.joblines import MAX_DEPTH, positions
from plugins.words import shown

Table = dict[str, Any]

# Control characters that no text of a job needs. Tab, newline and carriage return are checked where they matter.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
MAX_INTEGER = 2**63 - 1
MAX_KEY = 200

# What TOML's reader says -> how to mend it.
TOML_HINTS = {
    "Unescaped '\\'": (
        "a backslash starts an escape here: put the text in single quotes",
        r"path = 'C:\Tools\MAA'",
    ),
    "Cannot overwrite a value": ("this key is given twice", "keep one of the two"),
    "Duplicate inline table key": ("this key is given twice", "keep one of the two"),
    "Cannot declare": (
        "this table is given twice: two of one plugin are written with double brackets",
        "[[os]]",
    ),
    "Invalid value": (
        "no value can be read here: a text needs quotes, yes and no are true and false",
        'cmd = "hello"',
    ),
    "Expected '='": ("a key needs `=` and a value", 'cmd = "hello"'),
    "Invalid statement": ("this is neither a [table] nor key = value", 'cmd = "hello"'),
    "Expected newline": (
        "the value ends here but the line goes on: a text needs quotes, no number starts with 0",
        'cmd = "hello"',
    ),
    "Illegal character '\\n'": ("the text is not closed on its line", 'cmd = "hello"'),
}
# Said at the end of a text whose last value was never closed.
TOML_OPEN = ("Unterminated", "Unclosed", "Invalid value", "Expected \"'''\"")
TOML_PLACE = re.compile(
    r"^(?P<said>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$", re.S
)


def read_toml(text: str, filename: str = "") -> Table:
    if may_be_deep(text):
        positions(text)  # refuses what is nested too deep before the reader spends seconds on it
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(_toml_problem(str(error), text, filename)) from None
    except (ValueError, RecursionError):  # int() refuses more than 4,300 digits
        raise BadInput(Problem(filename, "syntax", "a number in this file is too large to be read")) from None


def may_be_deep(text: str) -> bool:
    """Each level takes a bracket, a brace or a dot: most jobs have too few, and need no second reader."""
    return sum(map(text.count, "[{.")) > MAX_DEPTH - 2


def _toml_problem(report: str, text: str, filename: str) -> Problem:
    match = TOML_PLACE.match(report)
    said = match["said"] if match else report
    places = list(positions(text).values())
    if match and not match["line"] and said.startswith(TOML_OPEN) and places:
        message = "the value that begins here is missing, or not closed by the end of the file"
        return Problem(filename, "syntax", message, 'cmd = "hello"', *places[-1])
    line, column = (int(match["line"]), int(match["column"])) if match and match["line"] else _end_of(text)
    for start, (message, example) in TOML_HINTS.items():
        if said.startswith(start):
            code = "duplicate" if "twice" in message else "syntax"
            return Problem(filename, code, message, example, line, column)
    return Problem(filename, "syntax", f"not valid TOML: {said}", "", line, column)


def _end_of(text: str) -> tuple[int, int]:
    return text.count("\n") + 1, len(text) - text.rfind("\n")


def read_json(text: str, filename: str = "") -> Any:
    try:
        return json.loads(text, object_pairs_hook=_without_duplicates, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        message = f"not valid JSON: {error.msg}"
        raise BadInput(Problem(filename, "syntax", message, "", error.lineno, error.colno)) from None
    except RecursionError:
        raise BadInput(Problem(filename, "too_deep", f"nested deeper than {MAX_DEPTH} levels")) from None
    except ValueError:  # int() refuses more than 4,300 digits
        raise BadInput(Problem(filename, "syntax", "a number in this file is too large to be read")) from None


def _without_duplicates(pairs: list[tuple[str, Any]]) -> Table:
    table: Table = {}
    for key, value in pairs:
        if key in table:
            raise BadInput(
                Problem(key, "duplicate", "this key is given twice in one object", "keep one of the two")
            )
        table[key] = value
    return table


def _refuse_constant(name: str) -> NoReturn:
    raise BadInput(Problem("", "not_finite", f"{name} is not a number that can be stored", "1.5"))


def plain(value: Any, path: str, problems: list[Problem], depth: int = 0) -> Any:
    """The value with TOML dates as ISO strings. What a job cannot hold is added to `problems`, with its path."""
    if depth > MAX_DEPTH:
        problems.append(Problem(path[:200], "too_deep", f"nested deeper than {MAX_DEPTH} levels"))
    elif isinstance(value, dict):
        return {
            key: plain(item, _key_path(path, key, problems), problems, depth + 1)
            for key, item in value.items()
        }
    elif isinstance(value, list):
        return [plain(item, f"{path}[{index}]", problems, depth + 1) for index, item in enumerate(value)]
    elif isinstance(value, dt.date | dt.time):
        return value.isoformat()
    elif refusal := _refusal(value):
        problems.append(Problem(path, *refusal))
    return value


def _key_path(path: str, key: Any, problems: list[Problem]) -> str:
    if (
        isinstance(key, str)
        and 0 < len(key) <= MAX_KEY
        and key == key.strip()
        and "\n" not in key
        and not _bad_text(key)
    ):
        return f"{path}.{key}" if path else key
    message = f"{shown(key)} cannot be a key: a key is one line of 1 to {MAX_KEY} characters, without spaces around it"
    problems.append(Problem(path, "key", message, "cmd"))
    return path


def _refusal(value: Any) -> tuple[str, str, str] | None:
    """(code, message, example) when a job cannot hold this scalar."""
    if value is None:
        return "null", "there is no value here: leave the key out instead of null", "no line at all"
    if isinstance(value, str):
        return _bad_text(value)
    if isinstance(value, float) and not math.isfinite(value):
        return "not_finite", f"{value} is not a number that can be stored", "1.5"
    if isinstance(value, int) and not -MAX_INTEGER - 1 <= value <= MAX_INTEGER:
        return "too_large", "a whole number has at most 64 bits", "9000000000"
    if not isinstance(value, bool | int | float):
        return "type", f"a job file cannot hold a {type(value).__name__}", '"text"'
    return None


def _bad_text(text: str) -> tuple[str, str, str] | None:
    if control := CONTROL.search(text):
        place = f"U+{ord(control.group()):04X} at {control.start() + 1}"
        return "control_character", f"control characters are not allowed ({place})", '"hello"'
    if not text.isascii() and re.search(r"[\ud800-\udfff]", text):
        return "not_unicode", "not valid Unicode: half of a surrogate pair", '"hello"'
    return None


def to_toml(config: Table) -> str:
    """TOML text of plain tables. Values without a table go to the top, as TOML wants; sections keep their order."""
    tables = {key: value for key, value in config.items() if _is_tables(value)}
    lines = [f"{toml_key(key)} = {toml_value(value)}" for key, value in config.items() if key not in tables]
    for key, value in tables.items():
        header = f"[{toml_key(key)}]" if isinstance(value, dict) else f"[[{toml_key(key)}]]"
        for table in [value] if isinstance(value, dict) else value:
            lines += ["", header, *(f"{toml_key(name)} = {toml_value(item)}" for name, item in table.items())]
    return "\n".join(lines).lstrip("\n") + "\n"


def _is_tables(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and all(isinstance(item, dict) for item in value)
    return isinstance(value, dict)


def toml_key(key: str) -> str:
    """As it stands in a TOML text, quoted where it must be."""
    return key if BARE_KEY.fullmatch(key) else _quoted(key)


def toml_value(value: Any) -> str:
    """A plain value as it stands in a TOML text; tables inline."""
    if isinstance(value, dict):
        pairs = ", ".join(f"{toml_key(key)} = {toml_value(item)}" for key, item in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(value, list):
        return f"[{', '.join(toml_value(item) for item in value)}]"
    if isinstance(value, str):
        return _text(value)
    return json.dumps(value)


def _text(value: str) -> str:
    """A script keeps its lines; TOML drops the newline right after the opening quotes."""
    if "\n" not in value:
        return _quoted(value)
    lines = "\n".join(_quoted(line)[1:-1] for line in value.split("\n"))
    return f'"""\n{lines}"""'


def _quoted(text: str) -> str:
    """JSON's escapes are TOML's."""
    return json.dumps(text, ensure_ascii=False)
